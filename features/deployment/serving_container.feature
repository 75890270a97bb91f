@extended
Feature: Which container of a runtime serves
  A runtime can have several containers. Up to v0.10.2 the first one serves, whatever its name, and KServe renames it.
  Since v0.11.0 the one named kserve-container serves. KServe can select a runtime without it but cannot use it: the
  service fails, even if another runtime would work.

  @rule-first-container-used @until-0.10.2
  Scenario: Up to v0.10.2 the first container serves with the name kserve-container
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: any-name
          image: example.com/clusterservingruntime/serves-sklearn:1
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has containers "kserve-container"
    And its container has image "example.com/clusterservingruntime/serves-sklearn:1"

  @rule-kserve-container-required @since-0.11.0
  Scenario: Since v0.11.0 a runtime without a kserve-container cannot serve
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: any-name
          image: example.com/clusterservingruntime/serves-sklearn:1
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "InvalidPredictorSpec"
    And a Warning event says "failed to find kserve-container in ServingRuntime containers"

  @rule-kserve-container-required @since-0.11.0
  Scenario: A service that names a runtime without a kserve-container fails as well
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1"}
      containers:
        - name: any-name
          image: example.com/clusterservingruntime/serves-sklearn:1
      """
    When a service in namespace "team-a" requests "sklearn" with runtime "serves-sklearn"
    Then it has no runtime because of "InvalidPredictorSpec"

  @rule-first-container-used @until-0.10.2
  Scenario: Up to v0.10.2 the first container serves even if a later one is named kserve-container
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: first
          image: example.com/clusterservingruntime/serves-sklearn:1
          command: [/bin/first]
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:2
          command: [/bin/second]
      """
    When a service in namespace "team-a" requests "sklearn"
    Then its container has
      """
      name: kserve-container
      command: [/bin/first]
      """

  @rule-kserve-container-required @core @since-0.11.0
  Scenario: Since v0.11.0 the position of the kserve-container has no effect
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: first
          image: example.com/beside:1
          command: [/bin/first]
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          command: [/bin/second]
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its container has
      """
      name: kserve-container
      command: [/bin/second]
      """

  @rule-extra-containers-kept @until-0.10.2
  Scenario: Up to v0.10.2 the other containers of a runtime are dropped
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
        - name: beside
          image: example.com/beside:1
      """
    When a service in namespace "team-a" requests "sklearn"
    Then its pod has containers "kserve-container"

  @rule-extra-containers-kept @core @since-0.11.0
  Scenario: Since v0.11.0 the other containers of a runtime run as sidecars
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
        - name: beside
          image: example.com/beside:1
          args: [--watch]
      """
    When a service in namespace "team-a" requests "sklearn"
    Then its pod has containers "kserve-container, beside"
    And its pod has
      """
      spec:
        containers:
          - {name: beside, image: "example.com/beside:1", args: [--watch]}
      """

  @rule-extra-containers-kept @since-0.11.0
  Scenario: Placeholders in a sidecar are not replaced
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
        - name: beside
          image: example.com/beside:1
          args: ["--name={{.Name}}"]
      """
    When a service in namespace "team-a" requests "sklearn"
    Then its pod has
      """
      spec:
        containers:
          - {name: beside, args: ["--name={{.Name}}"]}
      """

  @rule-exactly-one-implementation @until-0.14.1
  Scenario: Up to v0.14.1 a service with a model cannot have containers
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: of-the-service, image: example.com/own:1}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then the service is rejected with "xactly one of ["

  @rule-extra-containers-kept @since-0.15.0
  Scenario: Since v0.15.0 containers of the service run next to those of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
        - name: beside
          image: example.com/beside:1
      """
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: of-the-service, image: example.com/own:1}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has containers "kserve-container, beside, of-the-service"

  @rule-extra-containers-kept @since-0.15.0
  Scenario: Since v0.15.0 a transformer of the service is merged into that of the runtime
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
        - name: transformer-container
          image: example.com/transformer:1
          args: ["--model_name={{.Name}}"]
      """
    When this service is applied
      """
      metadata: {name: fraud, namespace: team-a}
      spec:
        predictor:
          containers:
            - name: transformer-container
              image: example.com/transformer:2
              args: [--verbose]
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has containers "kserve-container, transformer-container"
    And its pod has
      """
      spec:
        containers:
          - name: transformer-container
            image: example.com/transformer:2
            args: [--model_name=fraud, --verbose]
      """

  @rule-containers-required
  Scenario: A runtime with an empty list of containers cannot serve
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers: []
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "InvalidPredictorSpec"
    And a Warning event says "no container configuration found in selected serving runtime"

  @rule-placeholders-filled @extended @since-0.11.1
  Scenario Outline: The placeholder of a runtime's transformer <range>
    Given a ClusterServingRuntime "with-transformer"
      """
      supportedModelFormats: [{name: own-format, autoSelect: true}]
      containers:
        - {name: kserve-container, image: "example.com/server:1"}
        - {name: transformer-container, image: "example.com/transformer:1", args: ["--model={{.Name}}"]}
      """
    When a service "fraud" in namespace "team-a" requests "own-format"
    Then its pod has
      """
      spec:
        containers:
          - {name: transformer-container, args: ["--model=<name>"]}
      """

    @until-0.14.1
    Examples: Not replaced
      | range                  | name      |
      | is kept before v0.15.0 | {{.Name}} |

    @since-0.15.0
    Examples: Replaced
      | range                     | name  |
      | is replaced since v0.15.0 | fraud |
