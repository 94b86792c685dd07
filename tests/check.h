/*
 * Check: the smallest test frame that serves. A test program lists claims; each is a function named as a sentence.
 *
 *     CHECK_TEST(recall_of_unknown_item_is_refused) { CHECK(...); CHECK_INT(a, b); }
 *     int main(void) { CHECK_RUN(recall_of_unknown_item_is_refused); return check_end(); }
 *
 * A test that cannot run here calls CHECK_NOT_RUN("why"): it prints NOT RUN and counts, and the program exits 77 when
 * nothing else ran.
 */
#ifndef BESA_TESTS_CHECK_H
#define BESA_TESTS_CHECK_H

#include "base/error.h"
#include "base/span.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_failures;
static int check_runs;
static int check_not_runs;
static const char *check_name = "";

#define CHECK_TEST(name) static void name(void)

#define CHECK(claim)                                                                               \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            printf("%s:%d: %s: not so: %s\n", __FILE__, __LINE__, check_name, #claim);             \
            check_failures++;                                                                      \
        }                                                                                          \
    } while (0)

/* Leaves the test function when the claim fails. */
#define CHECK_OR_RETURN(claim)                                                                     \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            printf("%s:%d: %s: not so: %s\n", __FILE__, __LINE__, check_name, #claim);             \
            check_failures++;                                                                      \
            return;                                                                                \
        }                                                                                          \
    } while (0)

/* The claim holds, else the error's text is shown. */
#define CHECK_OK(claim, error)                                                                     \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            printf("%s:%d: %s: %s: %s\n", __FILE__, __LINE__, check_name, #claim, (error).text);   \
            check_failures++;                                                                      \
            return;                                                                                \
        }                                                                                          \
    } while (0)

#define CHECK_INT(found, wanted)                                                                   \
    do {                                                                                           \
        int64_t check_found = (int64_t)(found);                                                    \
        int64_t check_wanted = (int64_t)(wanted);                                                  \
        if (check_found != check_wanted) {                                                         \
            printf("%s:%d: %s: %s is %" PRId64 ", wanted %" PRId64 "\n", __FILE__, __LINE__,       \
                   check_name, #found, check_found, check_wanted);                                 \
            check_failures++;                                                                      \
        }                                                                                          \
    } while (0)

#define CHECK_SPAN(found, text)                                                                    \
    do {                                                                                           \
        struct span check_span = (found);                                                          \
        if (!span_is(check_span, (text))) {                                                        \
            printf("%s:%d: %s: %s is '%.*s', wanted '%s'\n", __FILE__, __LINE__, check_name,       \
                   #found, SPAN_ARG(check_span), (text));                                          \
            check_failures++;                                                                      \
        }                                                                                          \
    } while (0)

/* The error is of this kind and its text holds `part`. */
#define CHECK_ERROR(error, wanted_kind, part)                                                      \
    do {                                                                                           \
        if ((error).kind != (wanted_kind) || strstr((error).text, (part)) == NULL) {               \
            printf("%s:%d: %s: error is %s '%s', wanted %s with '%s'\n", __FILE__, __LINE__,       \
                   check_name, error_kind_name((error).kind), (error).text,                        \
                   error_kind_name(wanted_kind), (part));                                          \
            check_failures++;                                                                      \
        }                                                                                          \
    } while (0)

#define CHECK_NOT_RUN(why)                                                                         \
    do {                                                                                           \
        printf("NOT RUN: %s: %s\n", check_name, (why));                                            \
        check_not_runs++;                                                                          \
        check_runs--;                                                                              \
        return;                                                                                    \
    } while (0)

#define CHECK_RUN(name)                                                                            \
    do {                                                                                           \
        check_name = #name;                                                                        \
        check_runs++;                                                                              \
        name();                                                                                    \
    } while (0)

static inline int check_end(void)
{
    if (check_failures > 0) {
        printf("%d check(s) failed\n", check_failures);
        return 1;
    }
    printf("%d test(s) passed", check_runs);
    if (check_not_runs > 0)
        printf(", %d NOT RUN", check_not_runs);
    printf("\n");
    return check_runs == 0 && check_not_runs > 0 ? 77 : 0;
}

#endif
