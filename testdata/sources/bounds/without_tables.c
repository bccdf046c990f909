// Functions without an entry in any table, between those that have one.

int bounds_unknown(int x) { return x + 41; }

__attribute__((section(".text.elsewhere"))) int bounds_unknown_too(int x) { return x + 42; }
