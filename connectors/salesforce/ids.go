package salesforce

import "fmt"

// checksumDigits are the digits of an id's last three characters.
const checksumDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// ID18 returns a record id in its 18-character form, which tells ids apart
// even where case is lost. It takes the 15-character form, and an
// 18-character one in any case, whose last three characters say which of the
// first fifteen are capitals (Object Reference, "ID Field Type").
func ID18(id string) (string, error) {
	if len(id) != 15 && len(id) != 18 {
		return "", fmt.Errorf("reading record id: %d characters, want 15 or 18", len(id))
	}
	for i := range len(id) {
		if c := id[i]; !isDigit(c) && !isLetter(c) {
			return "", fmt.Errorf("reading record id: character %d is neither letter nor digit", i+1)
		}
	}
	base := []byte(id[:15])
	if len(id) == 18 {
		if err := restoreCase(base, id[15:]); err != nil {
			return "", err
		}
	}
	return string(base) + checksum(base), nil
}

// checksum has one digit per five characters; its bits mark the capitals.
func checksum(base []byte) string {
	var out [3]byte
	for i := range out {
		bits := 0
		for j := range 5 {
			if c := base[i*5+j]; c >= 'A' && c <= 'Z' {
				bits |= 1 << j
			}
		}
		out[i] = checksumDigits[bits]
	}
	return string(out[:])
}

// restoreCase gives base the capitals that suffix marks.
func restoreCase(base []byte, suffix string) error {
	for i := range 3 {
		bits := digitOf(suffix[i])
		if bits < 0 {
			return fmt.Errorf("reading record id: %q is no checksum", suffix)
		}
		for j := range 5 {
			c := &base[i*5+j]
			capital := bits>>j&1 == 1
			switch {
			case !isLetter(*c) && capital:
				return fmt.Errorf("reading record id: checksum %q does not fit", suffix)
			case isLetter(*c) && capital:
				*c &^= 0x20
			case isLetter(*c):
				*c |= 0x20
			}
		}
	}
	return nil
}

func digitOf(c byte) int {
	switch {
	case isLetter(c):
		return int(c&^0x20 - 'A')
	case c >= '0' && c <= '5':
		return int(c-'0') + 26
	default:
		return -1
	}
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// lenientID gives id18 if it can, else the id as it came: a vendor's reply is
// never refused for its form.
func lenientID(id string) string {
	if full, err := ID18(id); err == nil {
		return full
	}
	return id
}
