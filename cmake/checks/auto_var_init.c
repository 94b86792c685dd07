/*
 * Exits with 1 when the compiler spoils a local variable: gcc 12.2 with -ftrivial-auto-var-init, at any level of optimisation,
 * clears the tail padding of a struct at the wrong offset, in the middle of an array that the struct holds, when the local
 * is initialised by a list. Run at configure time, which drops the flag then, and as a test with the flags of the tree.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct hash {
    uint8_t bytes[32];
};
struct range {
    uint64_t size;
    struct hash nodes[64];
};
struct head {
    uint64_t size;
    struct range range;
    uint8_t set;
    bool has_ended; /* six bytes of padding follow */
};
struct change {
    const void *of;
    struct head head;
};

static struct head source;

static __attribute__((noinline)) bool is_spoilt(const struct head *head)
{
    return memcmp(head->range.nodes, source.range.nodes, sizeof source.range.nodes) != 0;
}

static __attribute__((noinline)) bool list_spoils(const void *of)
{
    struct change change = {.of = of, .head = source};

    change.head.has_ended = true;
    return is_spoilt(&change.head);
}

int main(void)
{
    memset(source.range.nodes, 7, sizeof source.range.nodes);
    return list_spoils(&source) ? 1 : 0;
}
