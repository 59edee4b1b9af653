// Package sitetest creates trees of sites for tests.
package sitetest
