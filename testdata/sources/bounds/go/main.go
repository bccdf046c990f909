// Prints what its own runtime says of its code: of every 13th byte its vaddr, that of the start of
// the function, the function, and what is inlined there, outermost first, with tabs between them.
// Vaddrs are counted from where the file is loaded, which its first mapping shows.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

func main() {
	values := []int{3, 1, 2}
	slices.Sort(values)

	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		panic(err)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var base uint64
	for _, line := range strings.Split(string(maps), "\n") {
		if !strings.HasSuffix(line, path) {
			continue
		}
		var start, end uint64
		var permissions string
		fmt.Sscanf(line, "%x-%x %s", &start, &end, &permissions)
		if base == 0 {
			base = start
		}
		if strings.Contains(permissions, "x") {
			printCode(out, base, start, end)
		}
	}
}

func printCode(out *bufio.Writer, base, start, end uint64) {
	for pc := start; pc < end; pc += 13 {
		if runtime.FuncForPC(uintptr(pc)) == nil {
			continue
		}
		// Callers are looked up one byte before the address they return to. Inlined functions are
		// given only if there are more callers; the second one is none.
		frames := runtime.CallersFrames([]uintptr{uintptr(pc) + 1, 1})
		names := []string{}
		for more := true; more; {
			var frame runtime.Frame
			frame, more = frames.Next()
			if frame.Entry == 0 || uint64(frame.Entry) > pc {
				break
			}
			if len(names) == 0 {
				fmt.Fprintf(out, "%x\t%x", pc-base, uint64(frame.Entry)-base)
			}
			names = append(names, frame.Function)
		}
		slices.Reverse(names)
		if len(names) > 0 {
			fmt.Fprintf(out, "\t%s\n", strings.Join(names, "\t"))
		}
	}
}
