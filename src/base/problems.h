/*
 * Problems: what one reading of a form found wrong, field by field. Filled by the one reader of each type; a console
 * shows them all, an exchange reports the first.
 */
#ifndef BESA_BASE_PROBLEMS_H
#define BESA_BASE_PROBLEMS_H

#include "base/error.h"
#include "base/limits.h"

#include <stddef.h>

#define PROBLEM_PATH_SIZE 128
#define PROBLEM_TEXT_SIZE 192

struct problem {
    char path[PROBLEM_PATH_SIZE]; /* "persons[1].category" */
    enum error_kind kind;         /* INPUT, RULE or LIMIT */
    char text[PROBLEM_TEXT_SIZE]; /* no personal data */
};

struct problems {
    size_t count; /* of those kept; at most PROBLEM_COUNT_MAX */
    size_t total; /* of those found */
    struct problem list[PROBLEM_COUNT_MAX];
};

void problems_clear(struct problems *problems);
/* Always false. */
bool problems_add(struct problems *problems, const char *path, enum error_kind kind,
                  const char *format, ...) PRINTF_LIKE(4, 5);
/* The first problem as an error, with how many more there are; false. True when there is none. */
bool problems_to_error(const struct problems *problems, struct error *err);

#endif
