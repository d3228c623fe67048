// Package soql reads the Salesforce Object Query Language into a syntax tree.
//
// It knows the grammar only: which fields and objects exist, what they are
// compared with and what a row answers is package org's business. Parse is as
// strict as the vendor: AND and OR do not mix without parentheses, an unknown
// backslash sequence in a text is refused, and every fault carries its place
// so that the server can answer "ERROR at Row:1:Column:8".
//
// The grammar follows the SOQL and SOSL Reference, chapters "SOQL SELECT
// Syntax", "Quoted String Escape Sequences" and "Date Formats and Date
// Literals".
package soql
