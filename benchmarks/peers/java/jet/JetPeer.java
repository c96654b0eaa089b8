package peers;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.jet.config.JobConfig;
import com.hazelcast.jet.config.ProcessingGuarantee;
import com.hazelcast.jet.impl.JetServiceBackend;
import com.hazelcast.jet.impl.JobExecutionRecord;
import com.hazelcast.jet.impl.util.Util;
import com.hazelcast.jet.kafka.KafkaSinks;
import com.hazelcast.jet.kafka.KafkaSources;
import com.hazelcast.jet.pipeline.Pipeline;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The second job on Hazelcast Jet, one member in this process: a snapshot each second, at least once. */
public final class JetPeer {
    private static final int PARTITIONS = 8;
    private static final long LOOK_MS = 20;
    private static final long RECORDS = Long.parseLong(Job.told("RECORDS"));
    private static final AtomicLong SEEN = new AtomicLong();
    private static volatile long seenAt;

    private JetPeer() {}

    private static Move read(ConsumerRecord<byte[], byte[]> record) {
        Job.sayBegun();
        if (SEEN.incrementAndGet() == RECORDS) {
            seenAt = System.currentTimeMillis();
        }
        return Move.of(record.value());
    }

    private static Properties client() {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", Job.told("BROKER"));
        return settings;
    }

    private static Pipeline pipeline() {
        Properties reading = client();
        reading.put("key.deserializer", ByteArrayDeserializer.class.getName());
        reading.put("value.deserializer", ByteArrayDeserializer.class.getName());
        reading.put("auto.offset.reset", "earliest");
        reading.put("max.poll.records", "5000");
        Properties writing = client();
        writing.put("key.serializer", ByteArraySerializer.class.getName());
        writing.put("value.serializer", ByteArraySerializer.class.getName());
        writing.put("linger.ms", "20");
        writing.put("acks", "all");
        String output = Job.told("OUTPUT");
        Pipeline pipeline = Pipeline.create();
        pipeline.readFrom(KafkaSources.<byte[], byte[], Move>kafka(reading, JetPeer::read, Job.told("INPUT")))
                .withTimestamps(move -> move.occurredAt, Move.BOUND_MS)
                .setLocalParallelism(1)
                .groupingKey(move -> move.order)
                .<byte[]>customTransform("follow", Follow::new)
                .setLocalParallelism(1)
                .writeTo(KafkaSinks.<byte[]>kafka(writing)
                        .toRecordFn(alert -> new ProducerRecord<>(output, alert))
                        .exactlyOnce(false)
                        .build())
                .setLocalParallelism(1);
        return pipeline;
    }

    private static Config settings() {
        Config settings = new Config();
        settings.getJetConfig().setEnabled(true).setCooperativeThreadCount(1);
        settings.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
        settings.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
        settings.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        settings.setProperty("hazelcast.phone.home.enabled", "false");
        settings.setProperty("hazelcast.logging.type", "slf4j");
        return settings;
    }

    /** Jet keeps offsets in its snapshots: when one that began after the last record is complete, the broker is told. */
    private static void tellWhenDone(HazelcastInstance member, com.hazelcast.jet.Job job) throws Exception {
        JetServiceBackend backend = Util.getNodeEngine(member).getService(JetServiceBackend.SERVICE_NAME);
        while (true) {
            JobExecutionRecord record = backend.getJobRepository().getJobExecutionRecord(job.getId());
            boolean isThere = record != null && record.snapshotStats() != null;
            if (seenAt > 0 && isThere && record.snapshotStats().startTime() > seenAt) {
                break;
            }
            if (job.getStatus().isTerminal()) {
                // Says why.
                job.join();
            }
            Thread.sleep(LOOK_MS);
        }
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            asked.put(new TopicPartition(Job.told("INPUT"), partition), OffsetSpec.latest());
        }
        try (Admin admin = Admin.create(client())) {
            Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
            admin.listOffsets(asked).all().get().forEach((at, end) -> done.put(at, new OffsetAndMetadata(end.offset())));
            admin.alterConsumerGroupOffsets(Job.told("GROUP"), done).all().get();
        }
    }

    public static void main(String[] arguments) {
        try {
            HazelcastInstance member = Hazelcast.newHazelcastInstance(settings());
            JobConfig asked = new JobConfig()
                    .setName("peers")
                    .setProcessingGuarantee(ProcessingGuarantee.AT_LEAST_ONCE)
                    .setSnapshotIntervalMillis(Long.parseLong(Job.told("VARIANT")));
            com.hazelcast.jet.Job job = member.getJet().newJob(pipeline(), asked);
            tellWhenDone(member, job);
            job.join();
        } catch (Exception failed) {
            failed.printStackTrace();
            // The member's threads would keep a process alive whose job is over.
            Runtime.getRuntime().halt(1);
        }
    }
}
