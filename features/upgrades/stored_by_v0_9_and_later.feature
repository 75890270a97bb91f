@needs-upgrade @core @exact-names
Feature: An upgrade selects the runtime again for services that name none
  Since v0.9.0 the selected runtime is not stored. So an upgrade changes nothing that is stored, but the new
  controller selects a runtime for every service when it starts, by its own rules and from the runtimes that exist
  then.

  @rule-upgrade-keeps-stored-service
  Scenario Outline: A legacy service stored by <from> is unchanged in <to>
    Given KServe <from> is installed
    And the runtimes that KServe <from> ships
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When KServe is upgraded to <to>
    Then it is stored without a runtime
    And it is stored without a protocol
    And it is stored with format "sklearn"
    And it runs on ClusterServingRuntime "kserve-sklearnserver"

    Examples: A release and a later one
      | from    | to      |
      | v0.9.0  | v0.10.2 |
      | v0.10.2 | v0.15.2 |
      | v0.15.2 | v0.20.0 |

  @rule-upgrade-keeps-stored-service
  Scenario: A service moves to the runtime that the new release prefers
    Given KServe v0.8.0 is installed
    And a ClusterServingRuntime "speaks-both"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      """
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "speaks-both"
    When KServe is upgraded to v0.9.0
    And a ClusterServingRuntime "speaks-v2" that speaks "v2" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "speaks-v2"

  @rule-upgrade-keeps-stored-service @extended
  Scenario: Priorities that v0.10.2 ignored count once they are written in v0.11.1
    Given KServe v0.10.2 is installed
    And these ClusterServingRuntimes
      | name      | format  | version | autoSelect | protocols |
      | a-sklearn | sklearn | 1       | true       | v1        |
      | b-sklearn | sklearn | 1       | true       | v1        |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-sklearn"
    When KServe is upgraded to v0.11.1
    Then it runs on ClusterServingRuntime "a-sklearn"
    When ClusterServingRuntime "b-sklearn" is patched with
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true, priority: 1}
      """
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "b-sklearn"

  @rule-upgrade-keeps-stored-service @extended
  Scenario: A runtime without a kserve-container no longer serves after the upgrade to v0.11.1
    Given KServe v0.10.2 is installed
    And a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: any-name
          image: example.com/clusterservingruntime/serves-sklearn:1
      """
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    When KServe is upgraded to v0.11.1
    Then it has no runtime because of "InvalidPredictorSpec"
    And its workload still runs on ClusterServingRuntime "serves-sklearn"

  @rule-upgrade-keeps-stored-service @extended
  Scenario: A service stored before v0.17.0 has no annotation for its format until the next write
    Given KServe v0.16.0 is installed
    And a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      containers:
        - name: kserve-container
          image: example.com/clusterservingruntime/serves-sklearn:1
          args: ["--framework={{.Annotations.modelFormat}}"]
      """
    When a service in namespace "team-a" requests "sklearn"
    And KServe is upgraded to v0.17.0
    Then its container has args
      | --framework= |
    When annotation "team" of the service is set to "a"
    Then its container has args
      | --framework=sklearn |

  @rule-upgrade-keeps-stored-service @extended
  Scenario: A runtime that uses the name of MLServer and only lists v1 serves again since v0.17.0
    Given KServe v0.16.0 is installed
    And a ClusterServingRuntime "kserve-mlserver" that speaks "v1"
      | format  | version |
      | sklearn | 1       |
    When a service in namespace "team-a" requests "sklearn" with runtime "kserve-mlserver"
    Then it has no runtime because of "NoSupportingRuntime"
    When KServe is upgraded to v0.17.0
    Then it runs on ClusterServingRuntime "kserve-mlserver"

  @rule-downgrade-keeps-stored-service
  Scenario: A downgrade keeps what is stored and selects by the older rules
    Given KServe v0.11.2 is installed
    And a ClusterServingRuntime "speaks-v2" that speaks "v2"
      | format | version | autoSelect |
      | onnx   | 1       | true       |
    When a service in namespace "team-a" requests "onnx"
    Then it has no runtime because of "NoSupportingRuntime"
    When KServe is downgraded to v0.10.2
    Then it is stored without a protocol
    And it is stored without a runtime
    And it runs on ClusterServingRuntime "speaks-v2"

  @rule-downgrade-keeps-stored-service
  Scenario: A protocol that a webhook wrote stays stored after a downgrade
    Given KServe v0.11.2 is installed
    And a ClusterServingRuntime "speaks-v2" that speaks "v2"
      | format | version | autoSelect |
      | triton | 2       | true       |
    When a service in namespace "team-a" requests "triton"
    Then it is stored with protocol "v2"
    When KServe is downgraded to v0.11.1
    Then it is stored with protocol "v2"
    And it runs on ClusterServingRuntime "speaks-v2"

  @rule-downgrade-keeps-stored-service @extended
  Scenario: A legacy service converted by v0.9.0 is not pinned by a downgrade to v0.8.0
    Given KServe v0.9.0 is installed
    And a ClusterServingRuntime "own-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    And KServe is downgraded to v0.8.0
    Then it is stored without a runtime
    And it runs on ClusterServingRuntime "own-sklearn"
