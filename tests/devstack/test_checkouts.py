"""Servers of a checkout: shared, apart from other checkouts', and up again after any crash."""

from __future__ import annotations

import json
import os
import signal
import subprocess

from tests.devstack.conftest import eventually


def test_two_checkouts_have_databases_of_their_own(new_checkout):
    left, right = new_checkout("left"), new_checkout("right")
    left.run("up")
    right.run("up")

    left.sql("CREATE TABLE teapots AS SELECT 'blue' AS colour")
    right.sql("CREATE TABLE teapots AS SELECT 'red' AS colour")

    assert left.sql("SELECT colour FROM teapots") == "blue"
    assert right.sql("SELECT colour FROM teapots") == "red"
    assert left.run("stop") == "Stopped.\n"
    assert left.processes() == []
    assert right.sql("SELECT colour FROM teapots") == "red"


def test_a_new_cluster_compares_chinese_words_by_their_letters(checkout):
    asked = "CREATE EXTENSION pg_trgm; SELECT round(word_similarity('{}', '{}')::numeric, 2)"

    # Of the five triples of 蜂蜜柚茶 the title has three; the rest of it does not count.
    assert checkout.sql(asked.format("蜂蜜柚茶", "蜂蜜柚子茶 500g")) == "0.60"
    assert checkout.sql("SELECT word_similarity('蜂蜜柚茶', '茶壶') < 0.45") == "True"
    # Letters alone: in order, capitals and digits nothing depends on where the server stands.
    assert checkout.sql("SELECT datcollate || datlocale FROM pg_database LIMIT 1") == "CC.UTF-8"


def test_commands_at_the_same_moment_share_one_pair_of_servers_and_the_last_stops_it(checkout):
    show = ["run", "--", "sh", "-c", "cat .devstack/servers.json; sleep 1; exit 7"]
    running = [checkout.start(*show) for _ in range(4)]
    said = [process.communicate(timeout=30)[0] for process in running]

    assert len({json.loads(text)["pid"] for text in said}) == 1
    assert [process.returncode for process in running] == [7, 7, 7, 7]
    assert checkout.processes() == []


def test_a_killed_run_leaves_nothing_and_the_next_one_works(checkout):
    checkout.sql("CREATE TABLE teapots AS SELECT 3 AS pieces")
    killed = checkout.start("run", "--provider", "--", "sleep", "1000")
    eventually(lambda: any(words.startswith("sleep") for words in checkout.processes()))

    killed.kill()

    eventually(lambda: not checkout.processes())
    assert checkout.sql("SELECT pieces FROM teapots") == "3"


def test_a_terminated_run_stops_everything_before_it_ends(checkout):
    running = checkout.start("run", "--provider", "--", "sleep", "1000")
    eventually(lambda: any(words.startswith("sleep") for words in checkout.processes()))

    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=30)

    assert running.returncode == 128 + signal.SIGTERM
    assert checkout.processes() == []


def test_when_the_keeper_is_killed_the_servers_go_too_and_the_next_start_finds_the_data(checkout):
    checkout.run("up")
    checkout.sql("CREATE TABLE teapots AS SELECT 3 AS pieces")
    found = json.loads((checkout.folder / ".devstack/servers.json").read_text())

    os.kill(found["pid"], signal.SIGKILL)

    assert checkout.sql("SELECT pieces FROM teapots") == "3"
    eventually(lambda: not checkout.processes())


def test_killed_servers_are_started_again_under_those_who_use_them(checkout):
    checkout.run("up")
    checkout.sql("CREATE TABLE teapots AS SELECT 3 AS pieces")
    state = checkout.folder / ".devstack"
    database = int((state / "postgres/postmaster.pid").read_text().split()[0])
    cache = int((state / "valkey/pid").read_text())

    os.kill(database, signal.SIGKILL)
    os.kill(cache, signal.SIGKILL)

    eventually(lambda: int((state / "valkey/pid").read_text()) != cache)
    assert checkout.sql("SELECT pieces FROM teapots") == "3"


def test_a_pid_file_that_names_a_living_stranger_does_not_stop_the_start(checkout):
    checkout.sql("CREATE TABLE teapots AS SELECT 3 AS pieces")
    stranger = subprocess.Popen(["sleep", "1000"])
    pid_file = checkout.folder / ".devstack/postgres/postmaster.pid"
    pid_file.write_text(f"{stranger.pid}\n{checkout.folder}\n")
    try:
        assert checkout.sql("SELECT pieces FROM teapots") == "3"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_path_too_long_for_a_socket_works(new_checkout):
    far = new_checkout("a folder far down, " + "x" * 100)

    assert far.sql("SELECT 1") == "1"


def test_fresh_wipes_the_data_but_not_under_a_command_that_uses_it(checkout):
    checkout.sql("CREATE TABLE teapots AS SELECT 3 AS pieces")
    running = checkout.start("run", "--", "sleep", "1000")
    eventually(lambda: any(words.startswith("sleep") for words in checkout.processes()))

    refused = checkout.start("fresh")
    said, _ = refused.communicate(timeout=30)
    assert refused.returncode == 1
    assert "wait for it to end" in said
    assert checkout.sql("SELECT pieces FROM teapots") == "3"

    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=30)
    checkout.run("fresh")
    assert checkout.sql("SELECT to_regclass('teapots') IS NULL") == "True"
