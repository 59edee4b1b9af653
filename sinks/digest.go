package sinks

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"

	"github.com/minio/crc64nvme"
)

// A digest is what is known of an object's bytes on this side.
type digest struct {
	sha   hash.Hash
	crc   uint64
	bytes int64
}

func newDigest() *digest { return &digest{sha: sha256.New()} }

// add takes further bytes into account.
func (d *digest) add(p []byte) {
	d.sha.Write(p)
	d.crc = crc64nvme.Update(d.crc, p)
	d.bytes += int64(len(p))
}

// object is the receipt for the bytes so far under a name.
func (d *digest) object(name string) Object {
	o := Object{Name: name, Bytes: d.bytes, CRC64NVME: d.crc}
	d.sha.Sum(o.SHA256[:0])
	return o
}

// encodeCRC is a CRC-64/NVME as S3 writes it.
func encodeCRC(crc uint64) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc))
}
