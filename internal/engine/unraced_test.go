//go:build !race

package engine_test

// raced: the race detector slows everything down.
const raced = false
