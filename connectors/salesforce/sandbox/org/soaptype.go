package org

// SOAPType is the name that SOAP has for the field's type, as a describe and the
// errors of the Bulk API give it.
func (f *Field) SOAPType() string {
	switch f.Type {
	case "id", "reference":
		return "tns:ID"
	case "boolean", "date", "int":
		return "xsd:" + f.Type
	case "datetime":
		return "xsd:dateTime"
	case "double", "currency", "percent":
		return "xsd:double"
	case "address":
		return "urn:address"
	}
	return "xsd:string"
}
