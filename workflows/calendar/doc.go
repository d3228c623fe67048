// Package calendar computes with business time: a team's working week, its
// hours, its holidays and its time zone. It is pure: nothing here reads a
// clock or a file, and equal arguments give equal results for ever.
//
// # Words
//
// A working day is a day of the team's week that is no holiday and has its
// hours on it. A team is open on a working day from the first moment at which
// the local clock shows the beginning of the hours, or later, until the first
// moment at which it shows their end, or later. So a day on which the clocks
// change may have more or fewer working hours than others, and a local day
// that never was (islands that crossed the date line) is no working day.
//
// The day of a moment is the working day that is open then, else the next to
// open: what arrives in the evening, on a Saturday or on a holiday counts as
// arrived when the team comes back.
//
// # Deadlines
//
//   - "48h", "30d" are elapsed time; nights and weekends count.
//   - "3 business days" end at the close of business of the third working day
//     after the day of the moment. Handed off on Monday at 10:00 or at 16:00,
//     an account wants its first outreach by Thursday evening; handed off on
//     Friday night or on Sunday, which counts as Monday, by Thursday as well.
//   - "same day" ends at the close of business of the day of the moment.
//   - "4 business hours" end once the team has been open for four hours.
//
// Hours that end at 24:00 close one second early for deadlines, so that a
// deadline is always on the day that it is for.
package calendar
