@rule-containers-merged @core
Feature: Container settings of a service override those of its runtime
  A service can set container fields in its model. KServe merges them into the container of the runtime: a single
  value replaces that of the runtime, arguments are appended, and fields that the service does not set are kept.

  Background:
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          command: [/bin/serve]
          args: [--model_dir=/mnt/models]
          workingDir: /srv
          imagePullPolicy: Always
          env:
            - {name: LOG_LEVEL, value: info}
            - {name: WORKERS, value: "1"}
          resources:
            limits: {cpu: "1", memory: 2Gi}
      """

  Scenario: A service without container settings gets the container of the runtime
    When a service in namespace "team-a" requests "sklearn"
    Then its container has
      """
      image: example.com/clusterservingruntime/serves-sklearn:1
      command: [/bin/serve]
      args: [--model_dir=/mnt/models]
      workingDir: /srv
      imagePullPolicy: Always
      """

  Scenario Outline: The <attribute> of the service replaces that of the runtime
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            <attribute>: <value>
      """
    Then its container has
      """
      <attribute>: <value>
      """

    Examples: Attributes with one value, and the command
      | attribute       | value                 |
      | image           | example.com/own:7     |
      | command         | [/bin/other]          |
      | workingDir      | /elsewhere            |
      | imagePullPolicy | IfNotPresent          |

  @rule-args-concatenated
  Scenario: The arguments of the service come after those of the runtime
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            args: [--workers=2, --model_dir=/elsewhere]
      """
    Then its container has args
      | --model_dir=/mnt/models |
      | --workers=2             |
      | --model_dir=/elsewhere  |

  @until-0.10.2
  Scenario: A request of the service is kept next to a lower limit of the runtime
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            resources: {requests: {cpu: "2"}}
      """
    Then its container has
      """
      resources:
        limits: {cpu: "1", memory: 2Gi}
        requests: {cpu: "2"}
      """

  Scenario: One resource of the service replaces that of the runtime, and the others are kept
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            resources:
              limits: {cpu: "4"}
              requests: {cpu: "3"}
      """
    Then its container has
      """
      resources:
        limits: {cpu: "4", memory: 2Gi}
        requests: {cpu: "3"}
      """

  Scenario: A new variable of the service is added to those of the runtime
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            env:
              - {name: REGION, value: north}
      """
    Then its container has env "REGION" with value "north"
    And its container has env "LOG_LEVEL" with value "info"
    And its container has env "WORKERS" with value "1"

  @rule-env-merged-by-name @since-0.9.0
  Scenario: A variable with the same name is replaced with that of the service
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            env:
              - {name: LOG_LEVEL, value: debug}
      """
    Then its container has env "LOG_LEVEL" with value "debug"
    And the count of env "LOG_LEVEL" in its container is 1
    And its container has env "WORKERS" with value "1"

  @rule-env-concatenated @extended @until-0.8.0
  Scenario: In v0.8.0 a variable with the same name is listed twice
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            env:
              - {name: LOG_LEVEL, value: debug}
      """
    Then the count of env "LOG_LEVEL" in its container is 2
    And its container has env "LOG_LEVEL" with value "debug"

  Scenario: The container has a probe that only the service sets
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            livenessProbe: {httpGet: {path: /live, port: 8080}}
      """
    Then its container has
      """
      livenessProbe: {httpGet: {path: /live, port: 8080}}
      """

  @extended @since-0.11.1 @until-0.15.2
  Scenario: A name in the model becomes the name of the container
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            name: of-the-model
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has containers "of-the-model"

  @extended @until-0.10.2
  Scenario: Up to v0.10.2 the container is named kserve-container, whatever the name in the model
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            name: of-the-model
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has containers "kserve-container"

  @extended @since-0.16.0
  Scenario: Since v0.16.0 only a service that is already stored can have a name in its model
    Given this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            name: of-the-model
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    When KServe reconciles the service again
    Then its pod has containers "of-the-model"

  @rule-env-merged-by-name @extended @since-0.20.0
  Scenario: Since v0.20.0 a variable with a valueFrom loses the value of the runtime
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            env:
              - {name: LOG_LEVEL, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
      """
    Then its container has
      """
      env:
        - {name: LOG_LEVEL, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
      """
    And its container has no "env.LOG_LEVEL.value"
