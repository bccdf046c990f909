module bounds

go 1.20
