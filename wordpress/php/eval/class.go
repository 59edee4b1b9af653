package eval

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// A PHPClass is a declared or native class. It does not change once it is declared.
type PHPClass struct {
	Name    string
	ID      string // the name in lower case
	parent  *PHPClass
	ifaces  []*PHPClass
	decl    *syntax.ClassDecl
	native  *NativeClass
	methods map[string]*ClassMethod
	consts  map[string]syntax.ConstItem
	props   []syntax.PropItem
	statics map[string]syntax.PropItem
	foreign bool   // one of its ancestors is not a class of the program
	hidden  string // the feature with which PHP calls one of its methods by itself; "": none
	lineage int    // number of ancestors; each counts once per path to it
}

// maxLineage is the largest number of ancestors of a class. It limits the search for the
// class that declares a member.
const maxLineage = 2_000

// A ClassMethod is one method of a class.
type ClassMethod struct {
	name    string
	decl    *syntax.FuncDecl
	builtin *Function
	static  bool
	access  syntax.Access
}

// IsA reports whether the class is, or descends from, the class of a lower-case name.
func (c *PHPClass) IsA(low string) bool {
	for ; c != nil; c = c.parent {
		if syntax.Lower(c.Name) == low {
			return true
		}
		for _, i := range c.ifaces {
			if i.IsA(low) {
				return true
			}
		}
	}
	return false
}

// Method returns a method by its lower-case name, and the class that has it.
func (c *PHPClass) Method(low string) (*ClassMethod, *PHPClass) {
	for ; c != nil; c = c.parent {
		if m := c.methods[low]; m != nil {
			return m, c
		}
	}
	return nil, nil
}

func (m *ClassMethod) callee(this *Object, class, static *PHPClass) *callee {
	c := &callee{name: class.Name + "::" + m.name, fn: m.decl, builtin: m.builtin, class: class, static: static}
	if !m.static {
		c.this = this
	}
	return c
}

// nativeClasses returns the classes of PHP and of the models by their lower-case names,
// linked with their parents.
func (l *Library) nativeClasses() map[string]*PHPClass {
	l.link.Do(func() {
		l.natives = map[string]*PHPClass{}
		for _, n := range append(CoreClasses(), l.Classes...) {
			l.natives[syntax.Lower(n.Name)] = linkNative(&n, l.natives)
		}
	})
	return l.natives
}

// CoreClasses returns the classes of PHP that the evaluator implements.
func CoreClasses() []NativeClass { return []NativeClass{{Name: "stdClass"}, {Name: "Closure"}} }

// linkNative returns the class for n. Its parents are among the classes before it.
func linkNative(n *NativeClass, before map[string]*PHPClass) *PHPClass {
	c := &PHPClass{
		Name: n.Name, ID: syntax.Lower(n.Name), native: n, parent: before[syntax.Lower(n.Parent)],
		methods: map[string]*ClassMethod{}, consts: map[string]syntax.ConstItem{}, statics: map[string]syntax.PropItem{},
	}
	for name, f := range n.Methods {
		c.methods[syntax.Lower(name)] = &ClassMethod{name: name, builtin: &f}
	}
	for name, f := range n.Static {
		c.methods[syntax.Lower(name)] = &ClassMethod{name: name, builtin: &f, static: true}
	}
	for name, v := range n.Consts {
		c.consts[name] = syntax.ConstItem{Name: name, Val: &syntax.LitExpr{Value: v}}
	}
	for name, v := range n.Statics {
		c.statics[name] = syntax.PropItem{Name: name, Static: true, Default: &syntax.LitExpr{Value: v}}
	}
	return c
}

// findClass returns a class by name. If the class may or may not exist, or is not known,
// it returns an unknown, and the class if one is known. If the class does not exist, it
// returns nil and nil.
func (in *interp) findClass(name string) (*PHPClass, *Unknown) {
	low := syntax.Lower(strings.TrimPrefix(name, `\`))
	if d, ok := in.st.Get(in.slot('k', low)).(*definition); ok {
		if feature := in.unsupportedClass(name); feature != "" {
			return nil, in.unsupportedValue(feature)
		}
		if d.class != nil && d.class.foreign {
			return nil, in.unsupportedValue(foreignClass)
		}
		if d.class != nil && d.maybe == nil {
			return d.class, nil
		}
		u, _ := d.v.(*Unknown)
		return d.class, FirstUnknown(u, d.maybe)
	}
	if c, ok := in.natives[low]; ok && (c.native == nil || !c.native.Vendor || in.vendor()) {
		return c, nil
	}
	if in.st.poison != nil {
		return nil, in.st.poison
	}
	if in.lib.ClassNames[low] {
		return nil, in.unsupportedValue("the class " + name)
	}
	if in.vendor() {
		return nil, in.UnknownOf(Unsafe, "needs code of a vendor folder, which is not run")
	}
	if v := in.Load(autoloadSlot); v != nil && v.Kind() != KindNull {
		return nil, in.UnknownOf(Unsafe, "uses an autoloader"+notEvaluated).From(OriginFeature)
	}
	return nil, nil
}

// classNamed returns the class of a name, which may be self, parent or static. If the
// class is not known, it returns nil and an unknown.
func (in *interp) classNamed(name string) (c *PHPClass, u *Unknown) {
	switch name {
	case "self":
		c = in.frame.class
	case "static":
		c = in.frame.static
	case "parent":
		if in.frame.class != nil {
			c = in.frame.class.parent
		}
	default:
		if feature := in.unsupportedClass(name); feature != "" {
			panic(in.Unsupported(feature))
		}
		c, u = in.findClass(name)
	}
	if c != nil && u != nil {
		in.MayThrow()
		return c, nil
	}
	if c == nil && u == nil {
		panic(in.Throw("Error", `Class "`+name+`" not found`))
	}
	return c, u
}

// classOf returns the class that an expression left of :: names.
func (in *interp) classOf(x syntax.Expr) (*PHPClass, *Unknown) {
	if n, ok := x.(*syntax.NameExpr); ok {
		return in.classNamed(n.Name)
	}
	v := in.eval(x)
	switch v := v.(type) {
	case *Object:
		return v.Class, nil
	case String:
		return in.classNamed(string(v))
	case *Unknown:
		return nil, v
	}
	panic(in.Throw("Error", "Cannot use value as class name"))
}

func (in *interp) declareFunction(fn *syntax.FuncDecl) {
	slot := in.slot('f', syntax.Lower(fn.Name))
	if d, ok := in.st.Get(slot).(*definition); ok && d.maybe == nil {
		if d.fn == fn {
			return
		}
		panic(in.endWorld("stops because %s() is declared twice", fn.Name))
	}
	if f, ok := in.lib.Functions[syntax.Lower(fn.Name)]; ok && !f.Vendor && !f.Unmodelled {
		panic(in.endWorld("stops because %s() is declared twice", fn.Name))
	}
	in.st.Set(slot, &definition{fn: fn})
	in.Alloc(64)
}

func (in *interp) execClass(d *syntax.ClassDecl) {
	slot := in.slot('k', syntax.Lower(d.Name))
	if def, ok := in.st.Get(slot).(*definition); ok && def.maybe == nil {
		if def.class != nil && def.class.decl == d {
			return
		}
		panic(in.endWorld("stops because class %s is declared twice", d.Name))
	}
	c := in.makeClass(d)
	in.st.Set(slot, &definition{class: c})
}

// makeClass makes a class from its declaration and links it with its parents.
func (in *interp) makeClass(d *syntax.ClassDecl) *PHPClass {
	size := 256 + 128*(len(d.Methods)+len(d.Props)+len(d.Consts))
	in.Alloc(size)
	c := &PHPClass{Name: d.Name, ID: syntax.Lower(d.Name), decl: d, methods: map[string]*ClassMethod{}, consts: map[string]syntax.ConstItem{}, statics: map[string]syntax.PropItem{}}
	if d.Parent != "" {
		c.parent, _ = in.classNamed(d.Parent)
		c.inherit(c.parent)
	}
	for _, name := range d.Interfaces {
		i, _ := in.classNamed(name)
		if c.inherit(i); i != nil {
			c.ifaces = append(c.ifaces, i)
		}
	}
	in.bindLineage(c)
	in.addMembers(c, d)
	if c.addHidden(); c.hidden != "" {
		in.hidden = c.hidden
	}
	return c
}

// bindLineage counts the ancestors of a class.
func (in *interp) bindLineage(c *PHPClass) {
	if c.parent != nil {
		c.lineage = 1 + c.parent.lineage
	}
	for _, i := range c.ifaces {
		c.lineage += 1 + i.lineage
	}
	if c.lineage > maxLineage {
		panic(in.Refuse(Undecidable, "exceeds a limit: a class has more than %d ancestors", maxLineage))
	}
}

func (in *interp) addMembers(c *PHPClass, d *syntax.ClassDecl) {
	for _, m := range d.Methods {
		c.methods[syntax.Lower(m.Name)] = &ClassMethod{name: m.Name, decl: m, static: m.Static, access: m.Access}
		in.methods[syntax.Lower(m.Name)] = true
	}
	for _, item := range d.Consts {
		c.consts[item.Name] = item
	}
	for _, p := range d.Props {
		if p.Static {
			c.statics[p.Name] = p
		} else {
			c.props = append(c.props, p)
		}
	}
}

// Methods that PHP calls without a call in the source are not evaluated. If an object had
// one, any use of an unknown value could be a call. A class with such a method may be
// declared, but an object of it is refused. Unknown code may make one; so if such a class
// is declared, the evaluation ends at unknown code.

// hiddenMethods are the names of these methods. The methods that only clone and
// unserialize call are not among them.
var hiddenMethods = strings.Fields(`__get __set __isset __unset __toString __invoke __destruct __debugInfo __serialize __sleep`)

// foreignClass is the feature of a class with such an ancestor.
const foreignClass = "a class with a parent or an interface that the program does not declare"

// inherit takes over what an ancestor says about hidden methods; nil is an ancestor that
// is not known.
func (c *PHPClass) inherit(from *PHPClass) {
	if from == nil || from.native != nil && from.ID != "stdclass" {
		c.foreign = true
		return
	}
	c.foreign = c.foreign || from.foreign
	if from.hidden != "" {
		c.hidden = from.hidden
	}
}

// addHidden finds the hidden methods of a class. An ancestor that is not a class of the
// program may call any method of the class.
func (c *PHPClass) addHidden() {
	for _, name := range hiddenMethods {
		if c.methods[syntax.Lower(name)] != nil && c.hidden == "" {
			c.hidden = "a class with " + name
		}
	}
	own := slices.ContainsFunc(c.decl.Methods, func(m *syntax.FuncDecl) bool { return syntax.Lower(m.Name) != "__construct" })
	if c.foreign && own && c.hidden == "" {
		c.hidden = foreignClass
	}
}
