@extended
Feature: Stored services are unchanged until the next write
  KServe's webhooks change a service only when it is written. A service that an earlier release stored stays unchanged,
  and KServe selects a runtime for the stored service. The next write, whatever it changes, is treated like a creation.

  @rule-webhook-only-on-write @since-0.11.2 @exact-names
  Scenario: A stored triton model without a protocol has no runtime until the next write
    Given a ClusterServingRuntime "model-server" that speaks "v2"
      | format | version | autoSelect |
      | triton | 2       | true       |
    And this service is stored without passing any webhook
      """
      metadata:
        name: model
        namespace: team-a
        finalizers:
          - inferenceservice.finalizers
      spec:
        predictor:
          model:
            modelFormat:
              name: triton
            storageUri: gs://example/models/model
      """
    When KServe reconciles the service again
    Then it is stored without a protocol
    And it has no runtime because of "NoSupportingRuntime"
    When annotation "example.com/touched" of the service is set to "yes"
    Then it is stored with protocol "v2"
    And it runs on ClusterServingRuntime "model-server"

  @rule-stored-legacy-uses-no-runtime
  Scenario: A stored legacy key uses no runtime
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And this service is stored without passing any webhook
      """
      metadata:
        name: model
        namespace: team-a
        finalizers:
          - inferenceservice.finalizers
      spec:
        predictor:
          sklearn:
            name: kserve-container
            image: example.com/own-sklearn:1
            storageUri: gs://example/models/model
      """
    When KServe reconciles the service again
    Then it uses no runtime
    And it is stored with legacy key "sklearn"

  @rule-webhook-only-on-write @since-0.9.0 @until-0.15.2
  Scenario: A stored legacy key gets a runtime with the next write
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And this service is stored without passing any webhook
      """
      metadata:
        name: model
        namespace: team-a
        finalizers:
          - inferenceservice.finalizers
      spec:
        predictor:
          sklearn:
            name: kserve-container
            image: example.com/own-sklearn:1
            storageUri: gs://example/models/model
      """
    When annotation "example.com/touched" of the service is set to "yes"
    Then it is stored without a legacy key
    And it runs on ClusterServingRuntime "model-server"

  @rule-webhook-only-on-write @until-0.8.0 @exact-names
  Scenario: In v0.8.0 a stored legacy key gets a named runtime with the next write
    Given a ServingRuntime "kserve-sklearnserver" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | false      |
    And this service is stored without passing any webhook
      """
      metadata:
        name: model
        namespace: team-a
        finalizers:
          - inferenceservice.finalizers
      spec:
        predictor:
          sklearn:
            name: kserve-container
            image: example.com/own-sklearn:1
            storageUri: gs://example/models/model
      """
    When annotation "example.com/touched" of the service is set to "yes"
    Then it is stored without a legacy key
    And it is stored with runtime "kserve-sklearnserver"
    And it runs on ServingRuntime "kserve-sklearnserver" in namespace "team-a"

  @rule-webhook-only-on-write @rule-predictor-name-rejected @since-0.16.0
  Scenario: Since v0.16.0 a stored legacy key with a name can no longer be updated
    Given this service is stored without passing any webhook
      """
      metadata:
        name: model
        namespace: team-a
        finalizers:
          - inferenceservice.finalizers
      spec:
        predictor:
          sklearn:
            name: kserve-container
            image: example.com/own-sklearn:1
            storageUri: gs://example/models/model
      """
    When annotation "example.com/touched" of the service is set to "yes"
    Then the service is rejected with "the 'name' field is not allowed in standard predictor"

  @rule-schema-checked
  Scenario: A manifest without known fields leaves the stored model unchanged
    Given this service is stored without passing any webhook
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            protocolVersion: v1
            storageUri: gs://example/models/model
      """
    When a service in namespace "team-a" uses the legacy key "mlflow"
    Then the service is accepted
    And it is stored without a legacy key
    And it is stored with format "sklearn"
    And it is stored with protocol "v1"
