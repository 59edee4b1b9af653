package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// encryption asks for the key to which backups are sealed.
func (s *Setup) encryption(ctx context.Context) error {
	s.heading(3, "Encryption")
	switch {
	case s.file.has("encryption"):
		s.sayf("The configuration says how backups are encrypted.")
		return nil
	case s.NoEncryption:
		s.file.unsealed = true
		s.sayf("Backups are not encrypted: everyone who can read them can read the sites.")
		return nil
	case s.Recipient != "":
		if err := checkRecipient(s.Recipient); err != nil {
			return &AnswerError{fmt.Errorf("--recipient: %w", err)}
		}
		s.file.recipient = s.Recipient
		return nil
	case s.Yes:
		return wrongf("--recipient is missing: give an age public key (make a pair with age-keygen, and keep the private key elsewhere), or --no-encryption")
	}
	s.sayf("If backups are encrypted, the provider of the bucket, and an attacker who can read the bucket, cannot read the sites. This host keeps only the public key. A restore needs the private key: without it, the backups are useless.\n")
	how, err := s.Terminal.Choose(ctx, "How?", []Choice{
		{"new", "make a new key pair now; you save the private key"},
		{"own", "I have an age public key, age1…"},
		{"none", "do not encrypt"},
	})
	if err != nil {
		return err
	}
	switch how {
	case "new":
		return s.makeKeys(ctx)
	case "own":
		s.file.recipient, err = s.Terminal.Ask(ctx, Question{Text: "Public key", Check: checkRecipient})
	default:
		s.file.unsealed = true
	}
	return err
}

func checkRecipient(text string) error {
	if strings.HasPrefix(strings.ToUpper(text), "AGE-SECRET-KEY-") {
		return errors.New("this is a private key, which must not be on this host; give the public key, which begins with age1")
	}
	if keys, err := age.ParseRecipients(strings.NewReader(text)); err != nil || len(keys) != 1 {
		return errors.New("this is not a complete age public key, which begins with age1")
	}
	return nil
}

// proofLength is the number of characters of the private key that the user types.
const proofLength = 6

// makeKeys makes a key pair. It shows the private key until the user has typed the end of it from
// the saved copy. The private key is never written to a file.
func (s *Setup) makeKeys(ctx context.Context) error {
	pair, err := age.GenerateX25519Identity()
	if err != nil {
		return fmt.Errorf("create a key pair: %w", err)
	}
	private := pair.String()
	show := func() error {
		s.sayf("\nThis is the private key. It is not shown again after setup. Save it in a password manager or on paper, not on this host.\n")
		_, err := io.WriteString(s.Terminal.Out, "  "+private+"\n")
		if err == nil {
			_, err = s.Terminal.Ask(ctx, Question{Text: "Press Enter when you have saved it. The screen is then cleared", Default: "saved"})
		}
		s.Terminal.hide()
		return err
	}
	if err := show(); err != nil {
		return err
	}
	_, err = s.Terminal.Ask(ctx, Question{
		Text: fmt.Sprintf("To confirm that you have saved it, type the last %d characters of the private key. Type: again, to see the key once more", proofLength),
		Check: func(answer string) error {
			if strings.EqualFold(answer, "again") {
				if err := show(); err != nil {
					return err
				}
				return errors.New("the key was shown again; now type its last characters")
			}
			if !strings.EqualFold(answer, private[len(private)-proofLength:]) {
				return fmt.Errorf("these are not its last %d characters; check the key that you have saved", proofLength)
			}
			return nil
		},
	})
	if err != nil {
		return err
	}
	s.file.recipient = pair.Recipient().String()
	s.sayf("This host keeps the public key: %s", s.file.recipient)
	return nil
}
