// Package php reads PHP configuration without running it: a lexer and a parser
// for the whole of PHP 8.2, and an evaluator that walks the syntax tree over
// known values and explicit unknowns.
//
// Whatever depends on the request, the clock, chance, the network or an
// environment nobody told us about is an unknown value with a reason. A branch on
// an unknown is walked both ways and the two states are joined, so a program
// with fifty such branches is walked once, not 2^50 times.
//
// Nothing of the program's is executed; files are read through [Files] alone.
package php
