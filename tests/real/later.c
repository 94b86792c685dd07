/*
 * Later: loaded before a program's libraries (LD_PRELOAD), it moves the wall clock ahead by BESA_TEST_LATER_S seconds, so that
 * real nodes meet the end of an agreement without waiting for it. The monotonic clock stays as it is.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

typedef int clock_function(clockid_t id, struct timespec *out);

static clock_function *real_clock;
static time_t later_s;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("BESA_TEST_LATER_S");

    /* POSIX wants dlsym to give functions; ISO C has no word for it. */
    *(void **)&real_clock = dlsym(RTLD_NEXT, "clock_gettime");
    later_s = text == NULL ? 0 : (time_t)strtol(text, NULL, 10);
}

int clock_gettime(clockid_t id, struct timespec *out)
{
    int result = real_clock == NULL ? -1 : real_clock(id, out);

    if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        out->tv_sec += later_s;
    return result;
}

time_t time(time_t *out)
{
    struct timespec now = {.tv_sec = -1};

    clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now;
    (void)zone;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    *out = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}
