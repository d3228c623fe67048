package world

// The companies of the seed Demo that have something to show, by the part that
// they play. Account finds each by this name.
const (
	// At Began these meet the criteria, by their score or by a demo form.
	LinkedByID   = "Alder Instruments"
	MessyDomain  = "Birch & Daughters Foods"
	OwnerLeft    = "Cedar Analytics"
	NoContacts   = "Dogwood Diagnostics"
	Hostile      = `Elm <script>alert("hello")</script> Media`
	NoOwner      = "Fern Robotics"
	SalesOnly    = "Gorse Marine"
	JustSeventy  = "Hazel Textiles"
	Quoted       = `O'Hara \ Sons "Northern" Freight`
	FormToday    = "Iris Systems"
	FormOffList  = "Juniper Clinics"
	longNameHead = "Lime and Long Alley Combined Warehousing"

	// These wait for data, or are left to a person.
	StaleScore   = "Kelp Energy"
	NoScore      = "Larch Packaging"
	FitUnknown   = "Maple Freight"
	OutOfRange   = "Foxglove Steel"
	TwoOnADomain = "Sorrel Retail"
	TwoNamesake  = "Sorrel Retail Europe"

	// These look good but are held back by a gate, by what their segment asks
	// for, or since sales has them.
	NotFit     = "Nettle Media"
	OffList    = "Oak Biotech"
	Enterprise = "Poplar Engineering"
	Working    = "Quince Insurance"
	InTalks    = "Rowan Retail"
	OldForm    = "Clover Networks"
	OtherForm  = "Daisy Learning"

	// These are about to act.
	Visitor    = "Tansy Logistics"
	TwoPeople  = "Ulex Systems"
	Requester  = "Vetch Chemicals"
	Rising     = "Willow Foods"
	Reader     = "Yarrow Media"
	NearlyWarm = "Zinnia Instruments"
	WarmNotFit = "Aspen Optics"
	RisingOff  = "Bramble Steel"
)

// LongName is a name of 255 characters, the most that Salesforce takes.
func LongName() string {
	name := longNameHead
	for i := 0; len(name) < 255; i++ {
		words := [...]string{" and Cold Storage", " and Overland Haulage", " and Customs Brokerage", " and Timber"}
		name += words[i%len(words)]
	}
	return name[:255]
}
