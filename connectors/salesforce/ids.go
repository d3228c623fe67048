package salesforce

import "fmt"

// checksumDigits are the digits of an id's last three characters.
const checksumDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// ID18 returns a record id in its 18-character form, which tells ids apart
// even where case is ignored. An id that has 18 characters already is returned
// as it is: whoever gave it knows it best (Object Reference, "ID Field Type").
func ID18(id string) (string, error) {
	if len(id) != 15 && len(id) != 18 {
		return "", fmt.Errorf("reading record id: %d characters, want 15 or 18", len(id))
	}
	for i := range len(id) {
		if c := id[i]; !isDigit(c) && !isLetter(c) {
			return "", fmt.Errorf("reading record id: character %d is neither letter nor digit", i+1)
		}
	}
	if len(id) == 18 {
		return id, nil
	}
	return id + checksum(id), nil
}

// checksum has one digit per five characters; its bits mark the capitals.
func checksum(base string) string {
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
