package archive

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"encoding/binary"
	"hash"
	"io"
)

// Tags of OpenPGP packets, in the new format's first byte.
const (
	tagLiteral   = 0xC0 | 11
	tagProtected = 0xC0 | 18 // encrypted, with an integrity code at the end
	tagIntegrity = 0xC0 | 19
)

const (
	gpgChunkBits = 16
	gpgChunk     = 1 << gpgChunkBits // a partial length of OpenPGP's is a power of two
)

// gpgStream writes the packet that holds the data of an OpenPGP message: one literal
// packet, followed by the integrity code, encrypted together. The library's own
// writer needs 2.3 times the CPU time: 135 instead of 300 MiB/s per core. Sealing is
// the slowest stage for media, so that would halve the speed of a run.
type gpgStream struct {
	outer   partial // the encrypted packet
	literal partial // the literal packet within
}

// newGPGStream makes the packet on w, after the sealed session key, which is
// AES-256's. Nothing is written before the first chunk is full: gpg takes a
// message that was cut after the session key for a whole and empty one.
func newGPGStream(w io.Writer, sealed, sessionKey []byte) (*gpgStream, error) {
	block, err := aes.NewCipher(sessionKey)
	if err != nil {
		return nil, err
	}
	s := &gpgStream{outer: partial{w: w, head: append(sealed, tagProtected)}}
	if err := s.outer.write([]byte{1}); err != nil { // the packet's version
		return nil, err
	}
	body := &gpgBody{to: &s.outer, stream: cfb{block: block, used: aes.BlockSize}, sum: sha1.New()}
	s.literal = partial{w: body, head: []byte{tagLiteral}}
	// A block of random bytes, whose last two come again, opens the plaintext.
	var prefix [aes.BlockSize + 2]byte
	rand.Read(prefix[:aes.BlockSize]) // never fails
	copy(prefix[aes.BlockSize:], prefix[aes.BlockSize-2:])
	if _, err := body.Write(prefix[:]); err != nil {
		return nil, err
	}
	return s, s.literal.write([]byte{'b', 0, 0, 0, 0, 0}) // binary, no name, no date
}

func (s *gpgStream) Write(p []byte) (int, error) {
	if err := s.literal.write(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close ends the literal packet, writes the integrity code and ends the packet.
func (s *gpgStream) Close() error {
	if err := s.literal.end(); err != nil {
		return err
	}
	if err := s.literal.w.(*gpgBody).seal(); err != nil {
		return err
	}
	return s.outer.end()
}

// partial writes a packet of unknown length in chunks of known length.
type partial struct {
	w     io.Writer
	head  []byte // what comes before the first length, the packet's tag last
	n     int
	chunk [gpgChunk]byte
}

func (p *partial) write(data []byte) error {
	for len(data) > 0 {
		if p.n == gpgChunk {
			if err := p.flush(224 + gpgChunkBits); err != nil {
				return err
			}
		}
		n := copy(p.chunk[p.n:], data)
		p.n += n
		data = data[n:]
	}
	return nil
}

// end writes what is left as the last chunk, whose length may be anything.
func (p *partial) end() error {
	return p.flush(append([]byte{255}, binary.BigEndian.AppendUint32(nil, uint32(p.n))...)...)
}

func (p *partial) flush(length ...byte) error {
	head := append(p.head, length...)
	p.head = nil
	if _, err := p.w.Write(head); err != nil {
		return err
	}
	_, err := p.w.Write(p.chunk[:p.n])
	p.n = 0
	return err
}

// gpgBody encrypts what is written to it, and hashes it for the integrity code.
type gpgBody struct {
	to     *partial
	stream cfb
	sum    hash.Hash
	buf    [gpgChunk]byte
}

func (b *gpgBody) Write(data []byte) (int, error) {
	b.sum.Write(data)
	return len(data), b.encrypt(data)
}

func (b *gpgBody) encrypt(data []byte) error {
	for len(data) > 0 {
		n := b.stream.xor(b.buf[:], data)
		if err := b.to.write(b.buf[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// seal writes the integrity code, which covers its own packet's header.
func (b *gpgBody) seal() error {
	packet := []byte{tagIntegrity, sha1.Size}
	b.sum.Write(packet)
	return b.encrypt(b.sum.Sum(packet))
}

// cfb is a block cipher in cipher feedback mode, from a vector of zeros: what
// OpenPGP makes of it where an integrity code follows.
type cfb struct {
	block cipher.Block
	last  [aes.BlockSize]byte // the block of ciphertext under way, the rest of it key stream
	used  int                 // how much of last is ciphertext
}

// xor encrypts as much of src into dst as fits, and returns how much that was.
func (c *cfb) xor(dst, src []byte) int {
	n := min(len(dst), len(src))
	dst, src = dst[:n], src[:n]
	for len(src) > 0 {
		if c.used == aes.BlockSize {
			c.block.Encrypt(c.last[:], c.last[:])
			c.used = 0
		}
		if c.used == 0 && len(src) >= aes.BlockSize {
			c.whole(dst, src)
			dst, src = dst[aes.BlockSize:], src[aes.BlockSize:]
			continue
		}
		for c.used < aes.BlockSize && len(src) > 0 {
			c.last[c.used] ^= src[0]
			dst[0] = c.last[c.used]
			c.used++
			dst, src = dst[1:], src[1:]
		}
	}
	return n
}

// whole encrypts one block, its key stream being ready.
func (c *cfb) whole(dst, src []byte) {
	little := binary.LittleEndian
	low := little.Uint64(c.last[:8]) ^ little.Uint64(src[:8])
	high := little.Uint64(c.last[8:]) ^ little.Uint64(src[8:16])
	little.PutUint64(c.last[:8], low)
	little.PutUint64(c.last[8:], high)
	little.PutUint64(dst[:8], low)
	little.PutUint64(dst[8:16], high)
	c.used = aes.BlockSize
}
