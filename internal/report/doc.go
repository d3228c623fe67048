// Package report shows what workflows measured: as text for a terminal and an
// e-mail, as one line of JSON, and as one HTML page that needs nothing else.
//
//   - text.go is the whole report, brief.go the digest, list.go the accounts
//     behind one figure.
//   - backtest.go is what other rules would have given.
//   - html.go fills page.html; whatever stands in a CRM is shown as text.
//   - words.go puts figures into words, the same in all of them.
package report
