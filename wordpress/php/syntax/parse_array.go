package syntax

// arrayLiteral parses the items of […] or array(…) up to the closing bracket.
func (p *parser) arrayLiteral(end string) *ArrayExpr {
	start := p.tok
	p.advance()
	x := &ArrayExpr{}
	for !p.isOp(end) {
		if p.isOp(",") && end == "]" {
			x.Items = append(x.Items, ArrayItem{})
			p.advance()
			continue
		}
		item := p.arrayItem()
		x.Items = append(x.Items, item)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(end)
	x.Pos = p.at(start)
	return x
}

// arrayItem parses one item, which may yet turn out to be assigned to.
func (p *parser) arrayItem() ArrayItem {
	var item ArrayItem
	switch {
	case p.acceptOp("..."):
		item.Spread = true
		item.Val = p.expr()
		return item
	case p.acceptOp("&"):
		item.Ref = true
		item.Val = p.variable()
		return item
	}
	p.item = p.tok.pos
	item.Val = p.expr()
	if !p.isOp("=>") {
		return item
	}
	p.advance()
	item.Key = item.Val
	if p.acceptOp("&") {
		item.Ref = true
		item.Val = p.variable()
	} else {
		p.item = p.tok.pos
		item.Val = p.expr()
	}
	return item
}

// listLiteral parses list(…).
func (p *parser) listLiteral() *ArrayExpr {
	start := p.tok
	p.advance()
	if !p.isOp("(") {
		p.unexpected(`"("`)
	}
	x := &ArrayExpr{}
	p.advance()
	for !p.isOp(")") {
		if p.acceptOp(",") {
			x.Items = append(x.Items, ArrayItem{})
			continue
		}
		item := p.arrayItem()
		x.Items = append(x.Items, item)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(")")
	x.Pos = p.at(start)
	return x
}
