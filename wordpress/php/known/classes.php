<?php
// Classes of PHP's own, as far as configurations use them. What is not modelled ends
// in a goto, which the evaluator refuses.
class ArrayIterator implements Iterator, ArrayAccess, Countable
{
    private $storage;

    public function __construct($array = [], int $flags = 0)
    {
        if (!is_array($array) || $flags !== 0) {
            goto unmodelled;
            unmodelled:
        }
        $this->storage = $array;
    }

    public function current(): mixed { $v = current($this->storage); return key($this->storage) === null ? null : $v; }
    public function key(): string|int|null { return key($this->storage); }
    public function next(): void { next($this->storage); }
    public function rewind(): void { reset($this->storage); }
    public function valid(): bool { return key($this->storage) !== null; }
    public function count(): int { return count($this->storage); }
    public function getArrayCopy() { return $this->storage; }
    public function offsetExists(mixed $key): bool { return isset($this->storage[$key]); }
    public function offsetGet(mixed $key): mixed { return $this->storage[$key] ?? null; }

    public function offsetSet(mixed $key, mixed $value): void
    {
        if ($key === null) {
            $this->storage[] = $value;
        } else {
            $this->storage[$key] = $value;
        }
    }

    public function offsetUnset(mixed $key): void { unset($this->storage[$key]); }
    public function append(mixed $value): void { $this->storage[] = $value; }
}

class ArrayObject implements IteratorAggregate, ArrayAccess, Countable
{
    const STD_PROP_LIST = 1;
    const ARRAY_AS_PROPS = 2;
    private $storage;

    public function __construct($array = [], int $flags = 0)
    {
        if (!is_array($array) || $flags !== 0) {
            goto unmodelled;
            unmodelled:
        }
        $this->storage = $array;
    }

    public function getIterator(): Iterator { return new ArrayIterator($this->storage); }
    public function count(): int { return count($this->storage); }
    public function getArrayCopy() { return $this->storage; }
    public function exchangeArray(object|array $array) 
    {
        if (!is_array($array)) {
            goto unmodelled;
            unmodelled:
        }
        $old = $this->storage;
        $this->storage = $array;
        return $old;
    }

    public function offsetExists(mixed $key): bool { return isset($this->storage[$key]); }
    public function offsetGet(mixed $key): mixed { return $this->storage[$key] ?? null; }

    public function offsetSet(mixed $key, mixed $value): void
    {
        if ($key === null) {
            $this->storage[] = $value;
        } else {
            $this->storage[$key] = $value;
        }
    }

    public function offsetUnset(mixed $key): void { unset($this->storage[$key]); }
    public function append(mixed $value): void { $this->storage[] = $value; }
}
