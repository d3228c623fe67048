// Package yamlpos reads YAML so that every mistake is named at its place. It
// knows nothing of what keys mean: it turns text into positioned nodes over
// gopkg.in/yaml.v3, offers typed reads that report a wrong value with what was
// expected, and collects all Problems of all files before anybody gives up.
//
// The way through it:
//
//	var c yamlpos.Collector
//	file := yamlpos.Parse("handoffd.yaml", source, &c)
//	if file != nil { // nil: the file is not YAML, and c says where
//		m := file.Root().Map("poll_every", "listen")
//		m.Require("listen")
//		m.Get("poll_every").Duration(&settings.PollEvery)
//		m.Get("listen").Text(&settings.Listen)
//	}
//	if err := c.Err(); err != nil {
//		c.Print(os.Stderr)
//		return err
//	}
//
// A read takes a pointer, as flag and sql do: it writes only a value that is
// present and right, so a default that stands there before stays, and it
// returns whether it wrote. A node that is absent is silent; a node that is
// wrong adds a Problem. So code can read on after any mistake and find the
// next one too.
//
// What stands where:
//
//   - pos.go, problem.go, collector.go: places, problems and their sum
//   - print.go, width.go, mask.go: the text form with source line and caret
//   - parse.go, bytes.go, tree.go: what makes a file acceptable at all
//   - syntax.go, advice.go: the exact place and a helpful text for a syntax error
//   - node.go, mapping.go, scalar.go, units.go, choice.go, list.go: reading
//   - secret.go: references to the environment and to files
//   - source.go, textpos.go, textblock.go: from decoded text back to the source
//   - nearest.go: "did you mean"
package yamlpos
