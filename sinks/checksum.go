package sinks

import (
	"encoding/base64"
	"encoding/binary"
)

// A checksum is the length and the CRC-64/NVME of a sequence of bytes.
type checksum struct {
	bytes int64
	crc   uint64
}

// append makes c the checksum of its bytes followed by those of next.
func (c *checksum) append(next checksum) {
	c.crc = multiplyCRC(c.crc, shiftCRC(next.bytes)) ^ next.crc
	c.bytes += next.bytes
}

// object is the receipt for these bytes under a name.
func (c *checksum) object(name string) Object {
	return Object{Name: name, Bytes: c.bytes, CRC64NVME: c.crc}
}

// The polynomials over GF(2) below are bit-reflected, as in the CRC itself: the
// highest bit of a word is the coefficient of x^0.
const (
	crcPolynomial = 0x9a6c9329ac4bc9b5
	crcOne        = 1 << 63 // x^0
	crcByte       = 1 << 55 // x^8
)

// multiplyCRC multiplies two polynomials modulo the CRC's.
func multiplyCRC(a, b uint64) (product uint64) {
	for ; a != 0; a <<= 1 {
		if a&crcOne != 0 {
			product ^= b
		}
		low := b & 1
		b >>= 1
		if low != 0 {
			b ^= crcPolynomial
		}
	}
	return product
}

// shiftCRC is the polynomial x^(8n) modulo the CRC's: multiplying a CRC by it
// appends n bytes of zeros, before the final inversion.
func shiftCRC(n int64) uint64 {
	power, result := uint64(crcByte), uint64(crcOne)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result = multiplyCRC(result, power)
		}
		power = multiplyCRC(power, power)
	}
	return result
}

// encodeCRC is a CRC-64/NVME as S3 writes it.
func encodeCRC(crc uint64) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc))
}
