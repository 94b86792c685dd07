/*
 * besa as another release of it: the same program, told by its environment which message types it does not know, which
 * protocols it speaks and which number its apply has. journal_open is wrapped by the linker; a node's own program has no
 * such door.
 *
 * BESA_UNKNOWN_TYPES="answer assigned"  BESA_PROTOCOLS="2 3"  BESA_APPLY=3
 */
#include "journal/journal.h"
#include "message/type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool __real_journal_open(struct journal *journal, const struct journal_options *options,
                         struct database *db, struct error *err);
bool __wrap_journal_open(struct journal *journal, const struct journal_options *options,
                         struct database *db, struct error *err);

static uint64_t types_read(const char *names)
{
    uint64_t bits = 0;
    char room[256];
    char *rest = NULL;

    snprintf(room, sizeof room, "%s", names != NULL ? names : "");
    for (char *name = strtok_r(room, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
        size_t type = 1;
        while (type < MESSAGE_TYPE_COUNT && strcmp(message_types[type].name, name) != 0)
            type++;
        if (type == MESSAGE_TYPE_COUNT) {
            fprintf(stderr, "no message type %s\n", name);
            exit(2);
        }
        bits |= UINT64_C(1) << type;
    }
    return bits;
}

bool __wrap_journal_open(struct journal *journal, const struct journal_options *options,
                         struct database *db, struct error *err)
{
    struct journal_options other = *options;
    const char *protocols = getenv("BESA_PROTOCOLS");
    const char *apply = getenv("BESA_APPLY");

    other.hidden_types = types_read(getenv("BESA_UNKNOWN_TYPES"));
    if (protocols != NULL &&
        sscanf(protocols, "%u %u", &other.protocol_oldest, &other.protocol_newest) != 2) {
        fprintf(stderr, "BESA_PROTOCOLS is not two numbers\n");
        exit(2);
    }
    if (apply != NULL)
        other.apply_number = atoll(apply);
    return __real_journal_open(journal, &other, db, err);
}
