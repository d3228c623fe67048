package mapping

import (
	"time"

	"handoffd/connectors"
)

// pending tells whether something was sent whose effect has not been seen.
func (c *Cell) pending() bool { return c.HasSent && !c.HasEchoed && !c.Refused }

// held is what the side holds as far as we know: what is on its way, else what
// was read.
func (c *Cell) held() connectors.Value {
	if c.pending() {
		return c.Sent
	}
	return c.Seen
}

// observe takes in a value that was read. at is the stamp of the record that
// brought it, before the stamp of the read before. sure: it is what the side
// holds after everything that was sent, not a page that may be late.
func (c *Cell) observe(value connectors.Value, at, before time.Time, sure bool) (echoed bool) {
	fresh := c.At.IsZero()
	changed := value != c.Seen
	if c.pending() {
		echoed = c.recognise(value, sure)
	} else if changed {
		c.Odd = false
	}
	if changed && !fresh {
		c.Changed, c.Since = at, before
	}
	if changed || fresh {
		c.At = stamp(c, at)
	}
	if !changed && at.Before(c.At) && at.After(c.Since) {
		c.At = at // it stood there earlier than we thought
	}
	c.Seen = value
	return echoed
}

// recognise tells our own write's echo from a late read of the value before
// it and from somebody else's change (I4, I5).
func (c *Cell) recognise(value connectors.Value, sure bool) (echoed bool) {
	switch {
	case value == c.Sent, c.Last && c.Landed:
		c.echo(value)
	case value == c.Seen && !sure:
		return false // read before our write arrived
	case c.HasPrior && (value == c.Prior || alike(c.Prior, value)):
		c.Prior, c.HasPrior = connectors.Value{}, false
		c.Base, c.HasBase = value, true
		return true
	case alike(c.Sent, value), sure && value == c.Seen:
		c.echo(value)
	case c.Landed || sure:
		c.unlike()
		return false
	default:
		return false // somebody was faster; the write will find out
	}
	return true
}

// echo: the side has what was sent, in its own form.
func (c *Cell) echo(value connectors.Value) {
	c.Echo, c.HasEchoed = value, true
	c.Base, c.HasBase = value, true
	c.Prior, c.HasPrior = connectors.Value{}, false
	c.Odd, c.Last = false, false
}

// unlike: what was sent is gone, and something else stands there.
func (c *Cell) unlike() {
	c.unsend()
	c.Odd = true
}

// unsend forgets what was sent last.
func (c *Cell) unsend() {
	c.Sent, c.HasSent, c.Landed, c.Refused, c.Last = connectors.Value{}, false, false, false, false
	c.Echo, c.HasEchoed = connectors.Value{}, false
	if c.HasPrior {
		c.Sent, c.HasSent, c.Landed = c.Prior, true, true
		c.Prior, c.HasPrior = connectors.Value{}, false
	}
}

// void: what was sent, was sent under another mapping and says nothing here.
func (c *Cell) void() {
	c.Prior, c.HasPrior = connectors.Value{}, false
	c.unsend()
}

// send: value is on its way to this side.
func (c *Cell) send(value connectors.Value, last bool) {
	if c.pending() && c.Sent != value {
		c.Prior, c.HasPrior = c.Sent, true
	}
	c.Sent, c.HasSent, c.Landed, c.Refused, c.Last = value, true, false, false, last
	c.Echo, c.HasEchoed = connectors.Value{}, false
}

// account notes that the side's present value has been taken into account.
func (c *Cell) account() {
	c.Base, c.HasBase, c.Owed = c.Seen, true, false
}

func (c *Cell) accounted() bool { return c.HasBase && !c.Owed && c.Base == c.Seen }

// stamp dates a value that has just been read. A first sight is dated by the
// source's own confirmation if it has one: the record's stamp may be from a
// change of something else.
func stamp(cell *Cell, modified time.Time) time.Time {
	if cell.At.IsZero() && !cell.Confirmed.IsZero() && cell.Confirmed.Before(modified) {
		return cell.Confirmed
	}
	return modified
}
