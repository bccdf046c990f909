// Works for a second and writes a CPU profile of it to the file that is its argument.
package main

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"io"
	"os"
	"runtime/pprof"
	"sort"
	"time"
)

type row struct {
	ID   int
	Name string
}

//go:noinline
func work(rows []row) int {
	text, _ := json.Marshal(rows)
	sort.Slice(rows, func(i, j int) bool { return rows[i].Name < rows[j].Name })
	writer := gzip.NewWriter(io.Discard)
	writer.Write(text)
	writer.Close()
	sum := sha256.Sum256(text)
	return int(sum[0])
}

func main() {
	file, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	pprof.StartCPUProfile(file)
	defer pprof.StopCPUProfile()
	rows := []row{}
	for i := 0; i < 3000; i++ {
		rows = append(rows, row{i, string(rune('a'+i*7919%26)) + "row"})
	}
	total := 0
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		total += work(rows)
	}
	os.Stderr.WriteString(string(rune('0'+total%10)) + "\n")
}
