// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Peer: Go's own map, alone and behind sync.RWMutex and sync.Mutex, and sync.Map. Does what cell.c does,
// with the same keys in the same order, and prints a line "name sample sample ..." per map.
package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

type stream struct {
	keys  []uint64
	write []bool
}

type table interface {
	insert(keys []uint64)
	mix(s *stream) uint64
	churn(keys []uint64, count, distance int)
	iterate() uint64
}

func keyOf(number uint64) uint64 {
	word := (number + 1) * 0x9e3779b97f4a7c15
	word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9
	word = (word ^ (word >> 27)) * 0x94d049bb133111eb
	return word ^ (word >> 31)
}

func makeKeys(first, count uint64) []uint64 {
	keys := make([]uint64, count)
	for i := range keys {
		keys[i] = keyOf(first + uint64(i))
	}
	return keys
}

func draw(keys, random uint64, zipf bool) uint64 {
	if !zipf {
		return random % keys
	}
	even := float64(random%(1<<30)) / (1 << 30)
	rank := uint64(math.Exp(even*math.Log(float64(keys)))) - 1
	if rank >= keys {
		rank = keys - 1
	}
	return rank
}

func makeStream(keys, writes, thread uint64, length int, zipf bool) *stream {
	s := &stream{make([]uint64, length), make([]bool, length)}
	state := keyOf(1<<40) + thread
	for i := range s.keys {
		random := keyOf(state * 3)
		state++
		s.keys[i] = keyOf(draw(keys, random>>8, zipf))
		s.write[i] = (random&0xff)*100 < writes*256
	}
	return s
}

type plain struct{ m map[uint64]uint64 }

func (t *plain) insert(keys []uint64) {
	for i, key := range keys {
		t.m[key] = uint64(i)
	}
}

func (t *plain) mix(s *stream) uint64 {
	sum := uint64(0)
	m := t.m
	for i, key := range s.keys {
		if s.write[i] {
			m[key] = uint64(i)
		} else if value, found := m[key]; found {
			sum += value
		}
	}
	return sum
}

func (t *plain) churn(keys []uint64, count, distance int) {
	for i := 0; i < count; i++ {
		delete(t.m, keys[i])
		t.m[keys[i+distance]] = uint64(i)
	}
}

func (t *plain) iterate() uint64 {
	sum := uint64(0)
	for _, value := range t.m {
		sum += value
	}
	return sum
}

type rwmutex struct {
	lock sync.RWMutex
	plain
}

func (t *rwmutex) mix(s *stream) uint64 {
	sum := uint64(0)
	for i, key := range s.keys {
		if s.write[i] {
			t.lock.Lock()
			t.m[key] = uint64(i)
			t.lock.Unlock()
		} else {
			t.lock.RLock()
			value, found := t.m[key]
			t.lock.RUnlock()
			if found {
				sum += value
			}
		}
	}
	return sum
}

type mutex struct {
	lock sync.Mutex
	plain
}

func (t *mutex) mix(s *stream) uint64 {
	sum := uint64(0)
	for i, key := range s.keys {
		t.lock.Lock()
		if s.write[i] {
			t.m[key] = uint64(i)
		} else {
			sum += t.m[key]
		}
		t.lock.Unlock()
	}
	return sum
}

type syncMap struct{ m sync.Map }

func (t *syncMap) insert(keys []uint64) {
	for i, key := range keys {
		t.m.Store(key, uint64(i))
	}
}

func (t *syncMap) mix(s *stream) uint64 {
	sum := uint64(0)
	for i, key := range s.keys {
		if s.write[i] {
			t.m.Store(key, uint64(i))
		} else if value, found := t.m.Load(key); found {
			sum += value.(uint64)
		}
	}
	return sum
}

func (t *syncMap) churn(keys []uint64, count, distance int) {
	for i := 0; i < count; i++ {
		t.m.Delete(keys[i])
		t.m.Store(keys[i+distance], uint64(i))
	}
}

func (t *syncMap) iterate() uint64 {
	sum := uint64(0)
	t.m.Range(func(_, value any) bool {
		sum += value.(uint64)
		return true
	})
	return sum
}

var designs = []struct {
	name    string
	threads bool
	make    func() table
}{
	{"go_map", false, func() table { return &plain{map[uint64]uint64{}} }},
	{"go_map_rwmutex", true, func() table { return &rwmutex{plain: plain{map[uint64]uint64{}}} }},
	{"go_map_mutex", true, func() table { return &mutex{plain: plain{map[uint64]uint64{}}} }},
	{"go_sync_map", true, func() table { return &syncMap{} }},
}

var sink uint64

func runThreads(t table, streams []*stream, passes int) time.Duration {
	if len(streams) == 1 {
		begin := time.Now()
		for pass := 0; pass < passes; pass++ {
			sink += t.mix(streams[0])
		}
		return time.Since(begin)
	}
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for _, s := range streams {
		ready.Add(1)
		done.Add(1)
		go func(s *stream) {
			runtime.LockOSThread()
			ready.Done()
			<-start
			sum := uint64(0)
			for pass := 0; pass < passes; pass++ {
				sum += t.mix(s)
			}
			_ = sum
			done.Done()
		}(s)
	}
	ready.Wait()
	begin := time.Now()
	close(start)
	done.Wait()
	return time.Since(begin)
}

func number(text string) uint64 {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, "go peer:", err)
		os.Exit(2)
	}
	return value
}

// One map in one cell, from its first sample to the last.
type subject struct {
	table    table
	make     func() table
	passes   int
	position uint64
}

func (s *subject) sample(workload string, keys []uint64, streams []*stream, least time.Duration) float64 {
	took := time.Duration(0)
	switch workload {
	case "insert":
		rounds := 0
		for ; took < least; rounds++ {
			t := s.make()
			begin := time.Now()
			t.insert(keys)
			took += time.Since(begin)
		}
		return float64(took) / (float64(rounds) * float64(len(keys)))
	case "churn":
		done := 0
		count := len(keys)
		if count < 65536 {
			count = 65536
		}
		for ; took < least; done += count {
			all := makeKeys(s.position, uint64(count+len(keys)))
			begin := time.Now()
			s.table.churn(all, count, len(keys))
			took += time.Since(begin)
			s.position += uint64(count)
		}
		return float64(took) / float64(done)
	case "iterate":
		rounds := 0
		for begin := time.Now(); took < least; rounds++ {
			sink += s.table.iterate()
			took = time.Since(begin)
		}
		return float64(took) / (float64(rounds) * float64(len(keys)))
	}
	if s.passes == 0 {
		took = runThreads(s.table, streams, 1)
		s.passes = int(least/(took+1)) + 1
	}
	took = runThreads(s.table, streams, s.passes)
	return float64(took) / (float64(s.passes) * float64(len(streams[0].keys)) * float64(len(streams)))
}

func main() {
	if len(os.Args) != 8 {
		fmt.Fprintln(os.Stderr, "usage: workload writes keys threads samples ms stream")
		os.Exit(2)
	}
	workload, writes, count, threads := os.Args[1], number(os.Args[2]), number(os.Args[3]), number(os.Args[4])
	samples, least := number(os.Args[5]), time.Duration(number(os.Args[6]))*time.Millisecond
	keys := makeKeys(0, count)
	streams := []*stream{}
	for i := uint64(0); i < threads; i++ {
		streams = append(streams, makeStream(count, writes, i, int(number(os.Args[7])), strings.HasSuffix(workload, "_zipf")))
	}
	for _, design := range designs {
		if threads > 1 && !design.threads {
			continue
		}
		s := &subject{table: design.make(), make: design.make}
		if workload != "insert" {
			s.table.insert(keys)
		}
		fmt.Print(design.name)
		for i := uint64(0); i <= samples; i++ {
			ns := s.sample(workload, keys, streams, least)
			if i > 0 {
				fmt.Printf(" %.4f", ns)
			}
		}
		fmt.Println()
		s.table = nil
		runtime.GC()
	}
}
