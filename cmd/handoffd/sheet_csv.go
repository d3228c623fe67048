package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
)

// sheetReader reads a CSV file as spreadsheets write it: perhaps with a byte
// order mark, and with a semicolon where the comma stands in numbers.
func sheetReader(r io.Reader) *csv.Reader {
	text := bufio.NewReader(r)
	start, _ := text.Peek(text.Size()) // what is wrong with the file, reading it says
	if mark := []byte("\ufeff"); bytes.HasPrefix(start, mark) {
		_, _ = text.Discard(len(mark)) // they are there
	}
	in := csv.NewReader(text)
	in.FieldsPerRecord = -1
	head, _, _ := bytes.Cut(start, []byte("\n"))
	if bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		in.Comma = ';'
	}
	return in
}
