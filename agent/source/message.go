package source

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// A message on the order socket is the length of a JSON value in bytes, as four bytes in
// big-endian order, followed by the value. It may carry descriptors.

const (
	maxMessage     = 64 << 20 // bytes
	maxDescriptors = 3
)

// sendMessage sends a value and descriptors.
func sendMessage(conn *net.UnixConn, v any, files ...*os.File) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(text) > maxMessage {
		return fmt.Errorf("it has %d bytes, more than %d", len(text), maxMessage)
	}
	var rights []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		rights = unix.UnixRights(fds...)
	}
	message := append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...) //nolint:gosec // limited above
	n, _, err := conn.WriteMsgUnix(message, rights, nil)
	if err == nil {
		_, err = conn.Write(message[n:])
	}
	return err
}

// receiveMessage receives what sendMessage sends. The error is io.EOF if the other side
// has closed the socket between two messages. The caller closes the files.
func receiveMessage(conn *net.UnixConn, v any) (files []*os.File, err error) {
	head, rights := make([]byte, 4), make([]byte, unix.CmsgSpace(maxDescriptors*4))
	n, oob, _, _, err := conn.ReadMsgUnix(head, rights)
	if err == nil && n == 0 {
		err = io.EOF
	}
	if err != nil {
		return nil, err
	}
	if files, err = descriptors(rights[:oob]); err != nil {
		return files, err
	}
	if _, err := io.ReadFull(conn, head[n:]); err != nil {
		return files, err
	}
	length := binary.BigEndian.Uint32(head)
	if length > maxMessage {
		return files, fmt.Errorf("a message has %d bytes, more than %d", length, maxMessage)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(conn, text); err != nil {
		return files, fmt.Errorf("read a message: %w", err)
	}
	return files, json.Unmarshal(text, v)
}

// descriptors returns the files in a control message.
func descriptors(rights []byte) (files []*os.File, err error) {
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil {
		return nil, fmt.Errorf("read the descriptors: %w", err)
	}
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			return files, fmt.Errorf("read the descriptors: %w", err)
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "stream"))
		}
	}
	return files, nil
}

// unixConn returns the connection of an open socket, and closes f.
func unixConn(f *os.File) (*net.UnixConn, error) {
	defer f.Close()
	conn, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	socket, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("it is not a Unix socket"), conn.Close())
	}
	return socket, nil
}
