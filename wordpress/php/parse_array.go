package php

// arrayLiteral parses the items of […] or array(…) up to the closing bracket.
func (p *parser) arrayLiteral(end string) *arrayExpr {
	start := p.tok
	p.advance()
	x := &arrayExpr{}
	for !p.isOp(end) {
		if p.isOp(",") && end == "]" {
			x.items = append(x.items, arrayItem{})
			p.advance()
			continue
		}
		item := p.arrayItem()
		x.keyed = x.keyed || item.key != nil
		x.items = append(x.items, item)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(end)
	x.at = p.at(start)
	for _, item := range x.items {
		if why := p.onlyTarget(item); why != "" {
			p.loose[x] = why
			break
		}
	}
	return x
}

// onlyTarget says why an item may stand only where an array is destructured.
func (p *parser) onlyTarget(item arrayItem) string {
	if item.val == nil {
		return "cannot use empty array elements in arrays"
	}
	if list, ok := item.val.(*arrayExpr); ok && list.list {
		if why, ok := p.loose[list]; ok {
			delete(p.loose, list)
			return why
		}
	}
	return ""
}

// arrayItem parses one item, which may yet turn out to be assigned to.
func (p *parser) arrayItem() arrayItem {
	var item arrayItem
	line := p.tok.line
	switch {
	case p.acceptOp("..."):
		item.spread = true
		item.val = p.expr()
		return item
	case p.acceptOp("&"):
		item.ref = true
		item.val = p.variable()
		p.itemReferable(item.val, line)
		return item
	}
	item.val = p.expr()
	if !p.isOp("=>") {
		return item
	}
	p.advance()
	line = p.tok.line
	item.key = item.val
	if p.acceptOp("&") {
		item.ref = true
		item.val = p.variable()
		p.itemReferable(item.val, line)
	} else {
		item.val = p.expr()
	}
	return item
}

// itemReferable is referable for items of an array, which no call can be.
func (p *parser) itemReferable(x expr, line int) {
	switch x.(type) {
	case *callExpr, *methodExpr, *sCallExpr:
		p.fail(line, "cannot use the result of a call in write context")
	}
	p.referable(x, line)
}

// listLiteral parses list(…), which must turn out to be assigned to.
func (p *parser) listLiteral() *arrayExpr {
	start := p.tok
	p.advance()
	if !p.isOp("(") {
		p.unexpected(`"("`)
	}
	x := &arrayExpr{list: true}
	p.advance()
	for !p.isOp(")") {
		if p.acceptOp(",") {
			x.items = append(x.items, arrayItem{})
			continue
		}
		item := p.arrayItem()
		x.keyed = x.keyed || item.key != nil
		x.items = append(x.items, item)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(")")
	x.at = p.at(start)
	p.loose[x] = "cannot use list() outside of an assignment"
	return x
}

// destructure makes a literal the target of an assignment.
func (p *parser) destructure(x *arrayExpr) {
	line := int(x.line)
	delete(p.loose, x)
	word := p.src.text[x.from] != '['
	if word && lower(p.src.text[x.from:x.from+1]) == "a" {
		p.fail(line, "cannot assign to array(), use [] instead")
	}
	x.list = true
	used := false
	for i := range x.items {
		item := &x.items[i]
		if item.val == nil {
			if x.keyed {
				p.fail(line, "cannot use empty elements in keyed array")
			}
			continue
		}
		used = true
		if item.spread {
			p.fail(line, "spread operator is not supported in assignments")
		}
		if (item.key != nil) != x.keyed {
			p.fail(line, "cannot mix keyed and unkeyed array entries in assignments")
		}
		if nested, ok := item.val.(*arrayExpr); ok {
			if (p.src.text[nested.from] != '[') != word {
				p.fail(line, "cannot mix [] and list()")
			}
			p.destructure(nested)
			continue
		}
		p.assignable(item.val, line)
	}
	if !used {
		p.fail(line, "cannot use empty list")
	}
}

// refsFrom refuses to take references from what is no variable.
func (p *parser) refsFrom(target *arrayExpr, val expr) {
	if !takesRefs(target) {
		return
	}
	line := int(target.line)
	switch val.(type) {
	case *varExpr, *indexExpr, *propExpr, *sPropExpr, *callExpr, *methodExpr, *sCallExpr:
		p.referable(val, line)
	default:
		p.fail(line, "cannot assign reference to non referenceable value")
	}
}

func takesRefs(x *arrayExpr) bool {
	for _, item := range x.items {
		if nested, ok := item.val.(*arrayExpr); item.ref || ok && takesRefs(nested) {
			return true
		}
	}
	return false
}
