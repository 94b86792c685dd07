/* Problems: see problems.h. */
#include "base/problems.h"

#include <stdarg.h>
#include <stdio.h>

void problems_clear(struct problems *problems)
{
    problems->count = 0;
    problems->total = 0;
}

bool problems_add(struct problems *problems, const char *path, enum error_kind kind,
                  const char *format, ...)
{
    problems->total++;
    if (problems->count == PROBLEM_COUNT_MAX)
        return false;
    struct problem *problem = &problems->list[problems->count++];
    problem->kind = kind;
    snprintf(problem->path, sizeof problem->path, "%s", path);
    va_list list;
    va_start(list, format);
    vsnprintf(problem->text, sizeof problem->text, format, list);
    va_end(list);
    return false;
}

bool problems_to_error(const struct problems *problems, struct error *err)
{
    if (problems->count == 0)
        return true;
    const struct problem *first = &problems->list[0];
    const char *path = first->path[0] == '\0' ? "(top)" : first->path;
    if (problems->total == 1)
        return error_set(err, first->kind, "%s: %s", path, first->text);
    return error_set(err, first->kind, "%s: %s (and %zu more)", path, first->text,
                     problems->total - 1);
}
