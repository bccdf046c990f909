// Writes the text profiles of itself, as /debug/pprof/NAME?debug=1 gives them, to the folder that is
// its argument.
package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

var (
	keep [][]byte
	lock sync.Mutex
)

// inner is inlined into outer: two frames with two addresses.
func inner(size int) { keep = append(keep, make([]byte, size)) }

//go:noinline
func outer(count int) {
	for i := 0; i < count; i++ {
		inner(1 << 12)
	}
}

//go:noinline
func waiter(channel chan int) { <-channel }

//go:noinline
func contend() {
	for i := 0; i < 10; i++ {
		lock.Lock()
		time.Sleep(time.Millisecond)
		lock.Unlock()
	}
}

func write(name string) {
	file, err := os.Create(filepath.Join(os.Args[1], name+".txt"))
	if err != nil {
		panic(err)
	}
	defer file.Close()
	pprof.Lookup(name).WriteTo(file, 1)
}

func main() {
	runtime.MemProfileRate = 1 << 14
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	channel := make(chan int)
	for i := 0; i < 3; i++ {
		go waiter(channel)
	}
	pprof.Do(context.Background(), pprof.Labels("kind", "labelled"), func(context.Context) {
		go waiter(channel)
	})
	outer(500)
	var group sync.WaitGroup
	for i := 0; i < 4; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			contend()
		}()
	}
	group.Wait()
	runtime.GC()
	for _, name := range []string{"goroutine", "threadcreate", "heap", "block", "mutex"} {
		write(name)
	}
}
