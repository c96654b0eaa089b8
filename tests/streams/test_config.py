"""Settings come from the environment, a TOML file and defaults; secrets show nowhere."""

from pathlib import Path

import pytest

from cloudtag.cli.sink import _sink_config as sink_config
from cloudtag.config import SECRETS, Config, ConfigError
from streams.kafka.security import client_settings, ssl_context
from streams.worker.credentials import faust_credentials


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    file = tmp_path / "cloudtag.toml"
    file.write_text('brokers = "file:1"\npartitions = 3\ndata_dir = "/state"\ndesk_names = ["desk.shop"]\n')
    config = Config.read({"CLOUDTAG_CONFIG": str(file), "KAFKA": "env:1,env:2", "CLOUDTAG_STORE": "rocksdb"})
    assert config.bootstrap() == ["env:1", "env:2"]
    assert (config.partitions, config.store, config.data_dir) == (3, "rocksdb", Path("/state"))
    assert config.desk_names == ("desk.shop",)
    assert Config.read({}, partitions=5).partitions == 5
    assert Config.read({"CLOUDTAG_DESK_NAMES": "a.shop,b.shop"}).desk_names == ("a.shop", "b.shop")


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"CLOUDTAG_PARTITIONS": "many"}, "partitions"),
        ({"CLOUDTAG_PARTITIONS": "0"}, "partitions"),
        ({"CLOUDTAG_STORE": "tape"}, "store"),
        ({"CLOUDTAG_CLOCK": "sundial"}, "clock"),
        ({"CLOUDTAG_CONFIG": "/nowhere.toml"}, "nowhere"),
        ({"KAFKA_PASSWORD_FILE": "/nowhere"}, "KAFKA_PASSWORD_FILE"),
        ({"CLOUDTAG_HASH_SECRET_FILE": "/nowhere"}, "CLOUDTAG_HASH_SECRET_FILE"),
        ({"CLOUDTAG_HASH_SECRT": "s"}, r"did you mean CLOUDTAG_HASH_SECRET\?$"),
        ({"CLOUDTAG_PARTITONS": "8"}, r"^CLOUDTAG_PARTITONS is no setting; did you mean CLOUDTAG_PARTITIONS\?$"),
        ({"CLOUDTAG_PARTITONS": ""}, r"did you mean CLOUDTAG_PARTITIONS\?$"),
        ({"CLOUDTAG_PARTITION_COUNT": "8"}, "CLOUDTAG_PARTITION_COUNT is no setting"),
        ({"CLOUDTAG_KAFKA_PASSWORD": "s"}, r"did you mean KAFKA_PASSWORD\?$"),
        ({"CLOUDTAG_CLICKHOUSE": "http://x"}, "CLOUDTAG_CLICKHOUSE is no setting; did you mean"),
        ({"CLOUDTAG_XYZZY": "8"}, "^CLOUDTAG_XYZZY is no setting$"),
        # A worker that ran some of the processors alone would split a partition between workers.
        ({"CLOUDTAG_PROCESSORS": "links"}, "^CLOUDTAG_PROCESSORS is no setting"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(environ: dict[str, str], names: str) -> None:
    with pytest.raises(ConfigError, match=names) as error:
        Config.read(environ)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "environ",
    [
        {"CLOUDTAG_WAREHOUSE_TOKEN": "t", "CLOUDTAG_SHARED": "d"},
        {"CLOUDTAG_KAFKA_USER": "me", "KAFKA_PASSWORD": "p"},
        {"KAFKA_PARTITONS": "8", "CLOUDTAGS": "x", "cloudtag_partitons": "8"},
        # Kubernetes, beside a service named cloudtag-worker.
        {
            "CLOUDTAG_WORKER_SERVICE_HOST": "10.0.0.1",
            "CLOUDTAG_WORKER_SERVICE_PORT": "9100",
            "CLOUDTAG_WORKER_SERVICE_PORT_METRICS": "9100",
            "CLOUDTAG_WORKER_PORT": "tcp://10.0.0.1:9100",
            "CLOUDTAG_WORKER_PORT_9100_TCP": "tcp://10.0.0.1:9100",
            "CLOUDTAG_WORKER_PORT_9100_TCP_PROTO": "tcp",
            "CLOUDTAG_WORKER_PORT_9100_TCP_PORT": "9100",
            "CLOUDTAG_WORKER_PORT_9100_TCP_ADDR": "10.0.0.1",
        },
    ],
)
def test_variables_of_others_are_left_alone(environ: dict[str, str]) -> None:
    assert Config.read(environ).partitions == 8


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"CLICKHOUSE": "http://user:s3cret@house:8123/cloudtag"}, r"^CLICKHOUSE is .*CLICKHOUSE_PASSWORD"),
        ({"CLOUDTAG_CLICKHOUSE_URL": "http://s3cret@house"}, r"^CLICKHOUSE is .*CLICKHOUSE_USER"),
        ({"CLICKHOUSE": "http://house:8123/?password=s3cret"}, r"^CLICKHOUSE is "),
        ({"CLICKHOUSE": "http://house:8123/cloudtag#s3cret"}, r"^CLICKHOUSE is "),
        ({"KAFKA": "kafka-1:9092,user:s3cret@kafka-2:9092"}, r"^KAFKA is .*KAFKA_PASSWORD"),
        ({"CLOUDTAG_SCHEMA_REGISTRY_URL": "https://u:s3cret@r"}, r"^CLOUDTAG_SCHEMA_REGISTRY_URL .*REGISTRY_PASSWORD"),
    ],
)
def test_an_address_holds_no_secret_and_the_error_does_not_repeat_it(environ: dict[str, str], names: str) -> None:
    with pytest.raises(ConfigError, match=names) as error:
        Config.read(environ)
    assert "s3cret" not in f"{error.value} {error.value.__cause__} {error.value.__context__}"
    with pytest.raises(ConfigError, match=names):
        Config.read({}, **{"brokers" if "KAFKA" in environ else _field(environ): next(iter(environ.values()))})


def _field(environ: dict[str, str]) -> str:
    return "schema_registry_url" if "CLOUDTAG_SCHEMA_REGISTRY_URL" in environ else "clickhouse_url"


def test_no_secret_shows_in_what_is_made_of_the_settings() -> None:
    given = {variable: f"s3cret-{n}-and-more" for n, variable in enumerate(SECRETS.values())}
    config = Config.read(
        given | {"CLOUDTAG_KAFKA_SECURITY": "SASL_SSL", "CLOUDTAG_KAFKA_USER": "u", "CLICKHOUSE": "http://h"}
    )
    assert {getattr(config, field).reveal() for field in SECRETS} == set(given.values())
    for made in (config, sink_config(config), faust_credentials(config)):
        assert "s3cret" not in f"{made!r} {made}"


def test_an_unknown_setting_in_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cloudtag.toml"
    file.write_text("partition = 3\n")
    with pytest.raises(ConfigError, match=r"cloudtag.toml: partition is no setting; did you mean partitions\?$"):
        Config.read({"CLOUDTAG_CONFIG": str(file)})


def test_secrets_come_from_the_environment_or_a_file_and_show_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("s3cret-kafka\n")
    config = Config.read({"KAFKA_PASSWORD_FILE": str(file), "CLICKHOUSE_PASSWORD": "s3cret-house"})
    assert config.kafka_password.reveal() == "s3cret-kafka"
    assert config.clickhouse_password.reveal() == "s3cret-house"
    assert "s3cret" not in f"{config!r} {config} {config.kafka_password!r} {config.kafka_password}"
    toml = tmp_path / "cloudtag.toml"
    toml.write_text('kafka_password = "s3cret"\n')
    with pytest.raises(ConfigError, match="KAFKA_PASSWORD_FILE") as error:
        Config.read({"CLOUDTAG_CONFIG": str(toml)})
    assert "s3cret" not in str(error.value)


def test_the_hash_secret_is_a_secret_like_the_others_and_may_be_any_bytes(tmp_path: Path) -> None:
    file = tmp_path / "hash"
    file.write_bytes(b"\xff\x00 no text \xe4 at all\n")
    config = Config.read({"CLOUDTAG_HASH_SECRET_FILE": str(file)})
    assert config.hash_secret.reveal_bytes() == b"\xff\x00 no text \xe4 at all"
    both = {"CLOUDTAG_HASH_SECRET": "s", "CLOUDTAG_HASH_SECRET_FILE": str(file)}
    assert Config.read(both).hash_secret.reveal_bytes() == config.hash_secret.reveal_bytes()
    assert Config.read({"CLOUDTAG_HASH_SECRET": "s3cret-höhe"}).hash_secret.reveal_bytes() == "s3cret-höhe".encode()
    assert "s3cret" not in repr(Config.read({"CLOUDTAG_HASH_SECRET": "s3cret-hash"}))
    assert not Config.read({}).hash_secret
    toml = tmp_path / "cloudtag.toml"
    toml.write_text('hash_secret = "s3cret"\n')
    with pytest.raises(ConfigError, match="CLOUDTAG_HASH_SECRET_FILE") as error:
        Config.read({"CLOUDTAG_CONFIG": str(toml)})
    assert "s3cret" not in str(error.value)


def test_clients_get_the_configured_security() -> None:
    environ = {"CLOUDTAG_KAFKA_SECURITY": "SASL_SSL", "CLOUDTAG_KAFKA_USER": "worker", "KAFKA_PASSWORD": "pass"}
    config = Config.read(environ)
    settings = client_settings(config)
    assert settings["security_protocol"] == "SASL_SSL"
    assert settings["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (settings["sasl_plain_username"], settings["sasl_plain_password"]) == ("worker", "pass")
    assert settings["ssl_context"].verify_mode.name == "CERT_REQUIRED"
    credentials = faust_credentials(config)
    assert credentials is not None
    assert credentials.protocol.value == "SASL_SSL"
    assert faust_credentials(Config()) is None
    assert ssl_context(Config()) is None


def test_names_carry_the_prefix() -> None:
    config = Config(topic_prefix="eu-", app_id="ct")
    assert config.topic("orders") == "eu-orders"
    assert config.changelog("buyers") == "eu-ct-buyers-state-2"
