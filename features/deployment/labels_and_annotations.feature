@rule-pod-labels-propagated @extended
Feature: Labels and annotations of the pod
  The labels and annotations of a service have always been on its pods. Since v0.10.0 a runtime has labels and annotations
  for pods too, and since v0.11.0 so has a predictor. Where two of them say something else, the predictor wins over the
  service, and the service over the runtime.

  Background:
    Given a ClusterServingRuntime "serves-sklearn"
      """
      supportedModelFormats:
        - {name: sklearn, version: "1", autoSelect: true}
      labels: {tier: of-runtime, only-runtime: "yes"}
      annotations: {note: of-runtime, only-runtime: "yes"}
      """

  @rule-container-attributes-used @core
  Scenario: Labels and annotations of a service are on its pod
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        labels: {tier: of-service}
        annotations: {note: of-service}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has label "tier" with value "of-service"
    And its pod has annotation "note" with value "of-service"

  @core @since-0.10.0
  Scenario: Labels and annotations of a runtime are on the pod
    When a service in namespace "team-a" requests "sklearn"
    Then its pod has label "tier" with value "of-runtime"
    And its pod has annotation "note" with value "of-runtime"

  @until-0.9.0
  Scenario: Before v0.10.0 a runtime has no labels or annotations for pods
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has no "metadata.labels.tier"
    And its pod has no "metadata.annotations.note"

  @core @since-0.10.0
  Scenario: The service wins over the runtime, and what only the runtime has stays
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        labels: {tier: of-service}
        annotations: {note: of-service}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has label "tier" with value "of-service"
    And its pod has annotation "note" with value "of-service"
    And its pod has label "only-runtime" with value "yes"
    And its pod has annotation "only-runtime" with value "yes"

  @core @since-0.11.0
  Scenario: The predictor wins over the service and the runtime
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        labels: {tier: of-service}
        annotations: {note: of-service}
      spec:
        predictor:
          labels: {tier: of-predictor}
          annotations: {note: of-predictor}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has label "tier" with value "of-predictor"
    And its pod has annotation "note" with value "of-predictor"

  @until-0.10.2
  Scenario: Before v0.11.0 labels of a predictor are not on the pod
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        labels: {tier: of-service}
      spec:
        predictor:
          labels: {tier: of-predictor, only-predictor: "yes"}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then its pod has label "tier" with value "of-service"
    And its pod has no "metadata.labels.only-predictor"

  @core
  Scenario: A pod tells which service it belongs to
    When a service "fraud" in namespace "team-a" requests "sklearn"
    Then its pod has label "serving.kserve.io/inferenceservice" with value "fraud"
    And its pod has label "component" with value "predictor"

  @rule-container-attributes-used @since-0.17.0
  Scenario: Since v0.17.0 the container is told the name of its service
    When a service "fraud" in namespace "team-a" requests "sklearn"
    Then its container has env "INFERENCE_SERVICE_NAME" with value "fraud"

  @rule-container-attributes-used @until-0.16.0
  Scenario: Before v0.17.0 the container is not told the name of its service
    When a service "fraud" in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its container has no env "INFERENCE_SERVICE_NAME"

  @rule-pod-labels-propagated @extended @exact-names @until-0.16.0
  Scenario: Up to v0.16.0 an annotation modelFormat reaches the pod like any other
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {modelFormat: of-the-user}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then its pod has annotation "modelFormat" with value "of-the-user"

  @rule-pod-labels-propagated @extended @exact-names @since-0.17.0
  Scenario: From v0.17.0 on the annotation modelFormat is kept from the pod
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {modelFormat: of-the-user}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
      """
    Then it runs on ClusterServingRuntime "serves-sklearn"
    And its pod has no "metadata.annotations.modelFormat"
