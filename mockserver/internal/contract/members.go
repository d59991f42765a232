package contract

// smallObject is how many members fit into the bits of a word.
const smallObject = 64

// memberSet remembers which members were there, without allocating for an object of usual size.
type memberSet struct {
	few  uint64
	many map[int]bool
}

func (m *memberSet) add(i int) {
	if i < smallObject {
		m.few |= 1 << i
		return
	}
	if m.many == nil {
		m.many = map[int]bool{}
	}
	m.many[i] = true
}

func (m *memberSet) has(i int) bool {
	if i < smallObject {
		return m.few&(1<<i) != 0
	}
	return m.many[i]
}
