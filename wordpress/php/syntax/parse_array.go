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
		x.keyed = x.keyed || item.Key != nil
		x.Items = append(x.Items, item)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(end)
	x.Pos = p.at(start)
	for _, item := range x.Items {
		if why := p.onlyTarget(item); why != "" {
			p.loose[x] = why
			break
		}
	}
	return x
}

// onlyTarget says why an item may stand only where an array is destructured.
func (p *parser) onlyTarget(item ArrayItem) string {
	if item.Val == nil {
		return "cannot use empty array elements in arrays"
	}
	if list, ok := item.Val.(*ArrayExpr); ok && list.list {
		if why, ok := p.loose[list]; ok {
			delete(p.loose, list)
			return why
		}
	}
	return ""
}

// arrayItem parses one item, which may yet turn out to be assigned to.
func (p *parser) arrayItem() ArrayItem {
	var item ArrayItem
	line := p.tok.line
	switch {
	case p.acceptOp("..."):
		item.Spread = true
		item.Val = p.expr()
		return item
	case p.acceptOp("&"):
		item.Ref = true
		item.Val = p.variable()
		p.itemReferable(item.Val, line)
		return item
	}
	item.Val = p.expr()
	if !p.isOp("=>") {
		return item
	}
	p.advance()
	line = p.tok.line
	item.Key = item.Val
	if p.acceptOp("&") {
		item.Ref = true
		item.Val = p.variable()
		p.itemReferable(item.Val, line)
	} else {
		item.Val = p.expr()
	}
	return item
}

// itemReferable is referable for items of an array, which no call can be.
func (p *parser) itemReferable(x Expr, line int) {
	switch x.(type) {
	case *CallExpr, *MethodExpr, *StaticCallExpr:
		p.fail(line, "cannot use the result of a call in write context")
	}
	p.referable(x, line)
}

// listLiteral parses list(…), which must turn out to be assigned to.
func (p *parser) listLiteral() *ArrayExpr {
	start := p.tok
	p.advance()
	if !p.isOp("(") {
		p.unexpected(`"("`)
	}
	x := &ArrayExpr{list: true}
	p.advance()
	for !p.isOp(")") {
		if p.acceptOp(",") {
			x.Items = append(x.Items, ArrayItem{})
			continue
		}
		item := p.arrayItem()
		x.keyed = x.keyed || item.Key != nil
		x.Items = append(x.Items, item)
		if !p.acceptOp(",") {
			break
		}
	}
	p.expectOp(")")
	x.Pos = p.at(start)
	p.loose[x] = "cannot use list() outside of an assignment"
	return x
}

// destructure makes a literal the target of an assignment.
func (p *parser) destructure(x *ArrayExpr) {
	line := int(x.Line)
	delete(p.loose, x)
	word := p.src.Text[x.From] != '['
	if word && Lower(p.src.Text[x.From:x.From+1]) == "a" {
		p.fail(line, "cannot assign to array(), use [] instead")
	}
	x.list = true
	used := false
	for i := range x.Items {
		item := &x.Items[i]
		if item.Val == nil {
			if x.keyed {
				p.fail(line, "cannot use empty elements in keyed array")
			}
			continue
		}
		used = true
		if item.Spread {
			p.fail(line, "spread operator is not supported in assignments")
		}
		if (item.Key != nil) != x.keyed {
			p.fail(line, "cannot mix keyed and unkeyed array entries in assignments")
		}
		if nested, ok := item.Val.(*ArrayExpr); ok {
			if (p.src.Text[nested.From] != '[') != word {
				p.fail(line, "cannot mix [] and list()")
			}
			p.destructure(nested)
			continue
		}
		p.assignable(item.Val, line)
	}
	if !used {
		p.fail(line, "cannot use empty list")
	}
}

// refsFrom refuses to take references from what is no variable.
func (p *parser) refsFrom(target *ArrayExpr, val Expr) {
	if !takesRefs(target) {
		return
	}
	line := int(target.Line)
	switch val.(type) {
	case *VarExpr, *IndexExpr, *PropExpr, *StaticPropExpr, *CallExpr, *MethodExpr, *StaticCallExpr:
		p.referable(val, line)
	default:
		p.fail(line, "cannot assign reference to non referenceable value")
	}
}

func takesRefs(x *ArrayExpr) bool {
	for _, item := range x.Items {
		if nested, ok := item.Val.(*ArrayExpr); item.Ref || ok && takesRefs(nested) {
			return true
		}
	}
	return false
}
