/* Descriptors: see descriptors.h. */
#include "cmd/descriptors.h"

#include "base/limits.h"
#include "cmd/control.h"
#include "cmd/service.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

#define FILES_OF_DATABASE 6u /* main file, log, its index, their locks; or a server's socket */
#define DATABASE_COUNT    2u /* the writer's and the background thread's */
#define FILES_OF_COMMAND  (2u + FILES_OF_DATABASE) /* socket, a file it writes, books of its own */
/* Standard streams, keeper, supervisor, control socket, log of the machine, streams of audit and metrics, what libraries
 * keep for themselves, and files that are read and closed. */
#define FILES_OF_NODE 64u

unsigned descriptors_wanted(void)
{
    return http_server_files_max(true) + http_server_files_max(false) +
           PARTNER_COUNT_MAX * SERVICE_CONNECTION_MAX + CONTROL_WORKER_MAX * FILES_OF_COMMAND +
           DATABASE_COUNT * FILES_OF_DATABASE + FILES_OF_NODE;
}

bool descriptors_raise(struct error *err)
{
    rlim_t wanted = descriptors_wanted();
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return error_set(err, ERROR_LIMIT, "limit of open files: %s", strerror(errno));
    if (limit.rlim_cur >= wanted)
        return true;
    rlim_t allowed = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    limit.rlim_cur = allowed;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return error_set(err, ERROR_LIMIT, "limit of open files: %s", strerror(errno));
    return allowed >= wanted ||
           error_set(err, ERROR_LIMIT,
                     "the system allows %ju open files, and %ju are needed when all connections "
                     "are in use: raise it (LimitNOFILE, ulimit -n)",
                     (uintmax_t)allowed, (uintmax_t)wanted);
}
