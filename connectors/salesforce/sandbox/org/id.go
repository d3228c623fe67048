package org

import "strings"

// pod stands where a real org's instance and reserved characters stand, so
// that ids look like the vendor's and never collide with a real org's.
const pod = "Hf0"

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// seqBits is how many bits of an ID hold the sequence; the three characters
// of the key prefix take the rest.
const seqBits = 46

// ID is a record id in compact form. The zero ID is none. An ID with sequence
// 0 is well formed but belongs to another org.
type ID uint64

func makeID(prefix string, seq int) ID {
	var p uint64
	for i := range 3 {
		p = p*62 + uint64(strings.IndexByte(base62, prefix[i]))
	}
	return ID(p<<seqBits | uint64(seq))
}

// Seq is the position of the row within its object.
func (id ID) Seq() int { return int(id & (1<<seqBits - 1)) }

// Prefix is the object's three-character key prefix.
func (id ID) Prefix() string {
	p := uint64(id >> seqBits)
	return string([]byte{base62[p/62/62%62], base62[p/62%62], base62[p%62]})
}

// Short is the 15-character form.
func (id ID) Short() string {
	var b [15]byte
	id.fill(b[:])
	return string(b[:])
}

// String is the 18-character form, "" for the zero ID.
func (id ID) String() string {
	if id == 0 {
		return ""
	}
	var b [18]byte
	id.fill(b[:15])
	checksum(b[:15], b[15:])
	return string(b[:])
}

func (id ID) fill(b []byte) {
	copy(b, id.Prefix())
	copy(b[3:], pod)
	n := uint64(id.Seq())
	for i := 14; i >= 6; i-- {
		b[i] = base62[n%62]
		n /= 62
	}
}

// checksum writes the three characters that make a 15-character id safe
// against case folding (SOAP API Developer Guide, "ID Field Type").
func checksum(id15, out []byte) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	for chunk := range 3 {
		bits := 0
		for i := range 5 {
			if c := id15[chunk*5+i]; c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		out[chunk] = alphabet[bits]
	}
}

// idFault says what is wrong with a text that should be an id.
type idFault int

const (
	idGood     idFault = iota
	idNotAnID          // not 15 or 18 letters and digits
	idChecksum         // 18 characters with a wrong checksum
)

// ParseID reads either form. ok is false for anything that is not an id.
func ParseID(s string) (id ID, ok bool) {
	id, f := parseID(s)
	return id, f == idGood
}

func parseID(s string) (ID, idFault) {
	if len(s) != 15 && len(s) != 18 {
		return 0, idNotAnID
	}
	for i := range len(s) {
		if strings.IndexByte(base62, s[i]) < 0 {
			return 0, idNotAnID
		}
	}
	if len(s) == 18 {
		var sum [3]byte
		checksum([]byte(s[:15]), sum[:])
		if !strings.EqualFold(string(sum[:]), s[15:]) {
			return 0, idChecksum
		}
	}
	seq := uint64(0)
	if s[3:6] == pod {
		for i := 6; i < 15; i++ {
			seq = seq*62 + uint64(strings.IndexByte(base62, s[i]))
			if seq >= 1<<seqBits {
				seq = 0
				break
			}
		}
	}
	return makeID(s[:3], int(seq)), idGood
}

// FormatID returns the 18-character form of an id in either form, also of one
// that belongs to another org; a text that is no id comes back unchanged.
func FormatID(s string) string {
	if len(s) != 15 {
		return s
	}
	if _, ok := ParseID(s); !ok {
		return s
	}
	var sum [3]byte
	checksum([]byte(s), sum[:])
	return s + string(sum[:])
}
