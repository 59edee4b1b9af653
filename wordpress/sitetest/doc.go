// Package sitetest lays out trees of sites for tests.
package sitetest
