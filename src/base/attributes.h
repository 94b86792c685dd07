/*
 * Compiler attributes used everywhere, under one name each.
 */
#ifndef BESA_BASE_ATTRIBUTES_H
#define BESA_BASE_ATTRIBUTES_H

#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))
/* Runs `function(&variable)` when the variable leaves its scope. */
#define CLEANUP(function) __attribute__((cleanup(function)))
#define FALLTHROUGH       __attribute__((fallthrough))
#define UNUSED            __attribute__((unused))
#define MUST_CHECK        __attribute__((warn_unused_result))

#define ARRAY_COUNT(a)    (sizeof(a) / sizeof((a)[0]))

#endif
