package syntax

// arrayLiteral parses the items of […], array(…) or list(…), starting at the opening
// bracket. Only a list may have empty elements, but […] may be a list: that is known only
// after it.
func (p *parser) arrayLiteral(end string, holes bool) *ArrayExpr {
	start := p.tok
	p.advance()
	x := &ArrayExpr{}
	p.listTo(end, func() {
		var item ArrayItem
		if !holes || !p.isOp(",") {
			item = p.arrayItem()
		}
		x.Items = append(x.Items, item)
	})
	x.Pos = p.at(start)
	return x
}

// arrayItem parses one item, which may be the target of an assignment: that is known only
// later.
func (p *parser) arrayItem() (item ArrayItem) {
	if p.acceptOp("...") {
		item.Spread = true
		item.Val = p.expr()
		return item
	}
	value := func() {
		if item.Ref = p.acceptOp("&"); item.Ref {
			item.Val = p.variable()
			return
		}
		p.item = p.tok.pos
		item.Val = p.expr()
	}
	value()
	if !item.Ref && p.acceptOp("=>") {
		item.Key = item.Val
		value()
	}
	return item
}
