/* Exported functions, which .dynsym has, and static ones, which only .symtab has. Text that repeats
 * makes the sections of debug information worth compressing. */

#define KEPT __attribute__((noinline, noclone, used))

struct state_of_the_machine_that_is_described_at_length {
  int counter_of_things_that_were_counted;
  int limit_of_things_that_may_be_counted;
  struct state_of_the_machine_that_is_described_at_length *next_state_of_the_machine;
};

static int total;

static KEPT int hidden_add(int a, int b) { return a + b + total; }
static KEPT int hidden_multiply(int a, int b) { return a * b + hidden_add(a, b); }
static KEPT int hidden_walk(struct state_of_the_machine_that_is_described_at_length *state) {
  int sum = 0;
  for (; state; state = state->next_state_of_the_machine)
    sum += hidden_add(state->counter_of_things_that_were_counted, sum);
  return sum;
}
static KEPT int hidden_clamp(struct state_of_the_machine_that_is_described_at_length *state) {
  if (state->counter_of_things_that_were_counted > state->limit_of_things_that_may_be_counted)
    return hidden_multiply(state->limit_of_things_that_may_be_counted, 2);
  return state->counter_of_things_that_were_counted;
}
__attribute__((constructor)) static KEPT void hidden_start(void) { total = 1; }

int names_first(int a) { return hidden_add(a, 1); }
int names_second(int a) { return hidden_multiply(a, 2); }
int names_third(struct state_of_the_machine_that_is_described_at_length *state) {
  return hidden_walk(state) + hidden_clamp(state);
}
int names_fourth(int a) { return names_first(a) + names_second(a); }
int names_fifth(int a) { return names_fourth(a) * total; }
