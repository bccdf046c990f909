package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"time"
)

type row struct {
	ID   int
	Name string
	Tags []string
}

func main() {
	end := time.Now().Add(4 * time.Second)
	total := 0
	re := regexp.MustCompile(`row (\d+)[^,]*,"Tags":\["a(\d)`)
	for time.Now().Before(end) {
		rows := []row{}
		for i := 0; i < 2000; i++ {
			rows = append(rows, row{i, fmt.Sprintf("row %d", i*7919%3001), []string{"a" + fmt.Sprint(i%7), "b"}})
		}
		text, _ := json.Marshal(rows)
		var copy []row
		json.Unmarshal(text, &copy)
		sort.Slice(copy, func(i, j int) bool { return strings.Compare(copy[i].Name, copy[j].Name) < 0 })
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(text)
		w.Close()
		total += b.Len() + len(re.FindAllString(string(text), -1))
		s := sha256.Sum256(text)
		total += int(s[0])
		m := map[string]int{}
		for _, r := range copy {
			m[r.Name]++
		}
		total += len(m)
	}
	fmt.Println(total)
}
