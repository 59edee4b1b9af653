package php

// PHP's own way of sorting: where a comparison contradicts itself, the order in
// which it is asked decides what comes out.

// A sorter sorts a list by zend_sort, the sort of PHP.
type sorter struct {
	list []entry
	rank []int // the place of each before the sort, which decides between equals
	by   func(a, b *entry) (int, error)
	err  error
}

// sortEntries sorts a list in place.
func sortEntries(list []entry, by func(a, b *entry) (int, error)) error {
	s := &sorter{list: list, rank: make([]int, len(list)), by: by}
	for i := range s.rank {
		s.rank[i] = i
	}
	s.sort(0, len(list))
	return s.err
}

// above reports whether the element at i belongs behind that at j.
func (s *sorter) above(i, j int) bool {
	if s.err != nil {
		return false
	}
	var n int
	if n, s.err = s.by(&s.list[i], &s.list[j]); n == 0 {
		n = s.rank[i] - s.rank[j]
	}
	return n > 0
}

func (s *sorter) swap(i, j int) {
	s.list[i], s.list[j] = s.list[j], s.list[i]
	s.rank[i], s.rank[j] = s.rank[j], s.rank[i]
}

// sort sorts the elements from lo up to hi.
func (s *sorter) sort(lo, hi int) {
	for hi-lo > 16 && s.err == nil {
		n := hi - lo
		pivot := lo + n/2
		if n>>10 != 0 {
			delta := n / 2 / 2
			s.sort3(lo, lo+delta, pivot)
			s.sink(lo, lo+delta, pivot, pivot+delta)
			s.sink(lo, lo+delta, pivot, pivot+delta, hi-1)
		} else {
			s.sort3(lo, pivot, hi-1)
		}
		s.swap(lo+1, pivot)
		i := s.part(lo+1, hi)
		s.swap(lo+1, i-1)
		if i-1-lo < hi-i {
			s.sort(lo, i-1)
			lo = i
		} else {
			s.sort(i, hi)
			hi = i - 1
		}
	}
	s.insert(lo, hi)
}

// part moves what belongs behind the pivot behind the rest, and returns where that
// begins.
func (s *sorter) part(pivot, hi int) int {
	i, j := pivot+1, hi-1
	for s.err == nil {
		for s.above(pivot, i) {
			if i++; i == j {
				return i
			}
		}
		if j--; j == i {
			return i
		}
		for s.above(j, pivot) {
			if j--; j == i {
				return i
			}
		}
		s.swap(i, j)
		if i++; i == j {
			return i
		}
	}
	return i
}

func (s *sorter) sort3(a, b, c int) {
	if !s.above(a, b) {
		s.sink(a, b, c)
		return
	}
	if !s.above(c, b) {
		s.swap(a, c)
		return
	}
	s.swap(a, b)
	if s.above(b, c) {
		s.swap(b, c)
	}
}

// sink moves the last of some elements, of which the others are sorted, forward.
func (s *sorter) sink(at ...int) {
	for k := len(at) - 1; k > 0 && s.above(at[k-1], at[k]); k-- {
		s.swap(at[k-1], at[k])
	}
}

// insert sorts few elements.
func (s *sorter) insert(lo, hi int) {
	switch n := hi - lo; {
	case n < 2:
		return
	case n == 2:
		s.sink(lo, lo+1)
		return
	case n <= 5:
		s.sort3(lo, lo+1, lo+2)
		for k := 3; k < n; k++ {
			s.sink([]int{lo, lo + 1, lo + 2, lo + 3, lo + 4}[:k+1]...)
		}
		return
	}
	for i := lo + 1; i < hi && s.err == nil; i++ {
		if !s.above(i-1, i) {
			continue
		}
		j := s.slot(lo, i, i-lo >= 6)
		for k := i; k > j; k-- {
			s.swap(k, k-1)
		}
	}
}

// slot is where element i belongs among those before it; far looks at every second.
func (s *sorter) slot(lo, i int, far bool) int {
	j := i - 1
	if !far {
		for j > lo && s.above(j-1, i) {
			j--
		}
		return j
	}
	for s.err == nil {
		j -= 2
		if !s.above(j, i) {
			if j++; !s.above(j, i) {
				j++
			}
			return j
		}
		switch j {
		case lo:
			return j
		case lo + 1:
			if j--; s.above(i, j) {
				j++
			}
			return j
		}
	}
	return j
}
