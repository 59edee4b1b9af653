// Package php reads PHP configuration without running it: a lexer and a parser
// for the whole of PHP 8.2, and an evaluator that computes with known values
// and explicit unknowns.
//
// A value that depends on the request, the clock, randomness, the network or an
// environment that was not described is unknown, with a reason. Where a condition is
// unknown, both branches are evaluated and their states are joined. So a program with
// fifty such conditions is evaluated once, not 2^50 times.
//
// The program is never run. Its files are read only through [Files].
package php
