package peers;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** The job on Kafka Streams: the processor API over one RocksDB store with its cache and its changelog. */
public final class StreamsPeer {
    private static final String STORE = "windows";

    private StreamsPeer() {}

    private static final class Judge implements Processor<byte[], byte[], byte[], byte[]> {
        private ProcessorContext<byte[], byte[]> context;
        private KeyValueStore<byte[], byte[]> store;

        @Override
        public void init(ProcessorContext<byte[], byte[]> given) {
            context = given;
            store = given.getStateStore(STORE);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            Job.sayBegun();
            Job.Dealing dealing = Job.Dealing.of(record.value());
            Job.Window window = Job.Window.of(store.get(record.key()));
            boolean opens = window.add(dealing);
            store.put(record.key(), window.stored());
            if (opens) {
                context.forward(record.withValue(window.opened(dealing)));
            }
        }
    }

    private static Properties settings() {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, Job.told("GROUP"));
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, Job.told("BROKER"));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, Job.told("DIRECTORY"));
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Job.told("VARIANT"));
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        // Within a second many changes of one buyer meet in the cache: they are logged once.
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 256L << 20);
        settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5_000);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 900_000);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 20);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.ACKS_CONFIG), "all");
        return settings;
    }

    public static void main(String[] arguments) throws InterruptedException {
        ByteArrayDeserializer read = new ByteArrayDeserializer();
        ByteArraySerializer write = new ByteArraySerializer();
        Topology topology = new Topology();
        topology.addSource("dealings", read, read, Job.told("INPUT"));
        topology.addProcessor("judge", Judge::new, "dealings");
        topology.addStateStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.ByteArray(), Serdes.ByteArray())
                        .withCachingEnabled()
                        .withLoggingEnabled(Map.of()),
                "judge");
        topology.addSink("alerts", Job.told("OUTPUT"), write, write, "judge");
        KafkaStreams streams = new KafkaStreams(topology, settings());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(15))));
        streams.start();
        Thread.currentThread().join();
    }
}
